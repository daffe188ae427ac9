import { refused, settle } from '../options.js';

/**
 * Where and how often a training is kept, so that `Magnet.resume` can go on with it.
 * @typedef {object} CheckpointOptions
 * @property {string} id its name in the store: 1 to 64 letters, digits, `-` and `_`
 * @property {number} [every] seconds from one checkpoint to the next; 30
 * @property {string} [store] 'opfs', 'indexed-db'; in Node the path of a folder. OPFS, where a browser has none IndexedDB; in
 *   Node `lodestone-checkpoints`
 */

/**
 * @param {string | CheckpointOptions} given the id alone, or with more
 */
export function settleCheckpoint(given) {
  const checkpoint = settle('checkpoint', typeof given === 'string' ? { id: given } : given, {
    id: '',
    every: 30,
    store: /** @type {string | undefined} */ (undefined),
  });
  checkId(checkpoint.id);
  if (!(checkpoint.every >= 0)) throw refused('checkpoint.every', checkpoint.every, '0 or more seconds');
  return checkpoint;
}

/** @param {unknown} id */
export function checkId(id) {
  if (typeof id === 'string' && /^[\w-]{1,64}$/.test(id)) return;
  throw refused('checkpoint.id', id, '1 to 64 letters, digits, "-" and "_"');
}
