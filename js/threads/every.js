/**
 * Whether so many milliseconds have passed since it last said so.
 * @param {number} milliseconds
 */
export function every(milliseconds) {
  let last = performance.now();
  return () => {
    const now = performance.now();
    if (now - last < milliseconds) return false;
    last = now;
    return true;
  };
}
