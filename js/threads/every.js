/**
 * Returns a function that returns true when this time has passed since it last did.
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
