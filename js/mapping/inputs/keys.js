/**
 * Keys of the computer's keyboard: 1 while held, otherwise 0.
 * @param {Iterable<string>} [wanted] values of KeyboardEvent.key; default the middle row
 * @param {string} [name]
 * @returns {import('../input.js').Input}
 */
export function keys(wanted = 'asdfghjkl', name = 'keys') {
  const names = [...wanted];
  return {
    name,
    names,
    start({ write }) {
      const values = new Float32Array(names.length);
      write(values);
      const release = () => write(values.fill(0));
      const change = (/** @type {KeyboardEvent} */ { key, type, repeat }) => {
        const place = names.indexOf(key.length === 1 ? key.toLowerCase() : key);
        if (place < 0 || repeat) return;
        values[place] = type === 'keydown' ? 1 : 0;
        write(values);
      };
      addEventListener('keydown', change);
      addEventListener('keyup', change);
      addEventListener('blur', release); // the release would go elsewhere
      return () => {
        removeEventListener('keydown', change);
        removeEventListener('keyup', change);
        removeEventListener('blur', release);
      };
    },
  };
}
