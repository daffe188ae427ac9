import { integer, refused } from '../../options.js';
import { openWriter } from '../latest.js';
import { messageInterval } from '../rows.js';

/**
 * Values from anywhere: `write` passes them on, at most every 8 ms without shared memory, of which the latest count.
 *
 *     const tilt = port('tilt', 2);
 *     tilt.write([0.5, 0.1]);
 *
 * For another thread, post `tilt.end()` to it, once the mapping has been created, and open it there with `openPort`.
 * @param {string} name
 * @param {number | string[]} values their number, or their names
 * @returns {import('../input.js').Input & {write: (values: ArrayLike<number>) => void, end: () => import('../latest.js').End}}
 */
export function port(name, values) {
  const names = Array.isArray(values) ? values : Array.from({ length: integer('size', values) }, (_, i) => `${i}`);
  const block = new Float32Array(names.length).fill(NaN);
  /** @type {import('../input.js').InputLink | undefined} */
  let link;
  return {
    name,
    names,
    start(given) {
      link = given;
      if (block.some(Number.isFinite)) link.write(block); // what was written before
      return () => (link = undefined);
    },
    write(values) {
      if (values.length !== block.length) throw refused(`the length of ${name}`, values.length, `${block.length}`);
      block.set(values);
      link?.write(block);
    },
    end() {
      if (!link) throw refused(name, undefined, 'inputs of a mapping');
      return link.end();
    },
  };
}

/**
 * Opens the end of a port in another thread.
 * @param {import('../latest.js').End} end
 * @param {number} size the number of its values
 * @returns {{write: (values: Float32Array) => void}}
 */
export const openPort = (end, size) => openWriter(end, size, messageInterval);
