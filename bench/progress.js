// Progress messages.

/** Prints a line that replaces the previous one on a terminal. @param {string} text */
export function progress(text) {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[2K${text}` : `${text}\n`);
}

/** Minutes and seconds. @param {number} milliseconds */
export const clockTime = (milliseconds) => {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};
