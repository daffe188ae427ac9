import { refused, settle } from '../options.js';

/**
 * Where and how often a training saves a checkpoint, from which `Magnet.resume` can continue.
 * @typedef {object} CheckpointOptions
 * @property {string} id the training's name in the store: 1 to 64 letters, digits, `-` and `_`
 * @property {number} [every] seconds between checkpoints; default 30
 * @property {string} [store] 'opfs' or 'indexed-db'; in Node the path of a folder. Default: OPFS, or IndexedDB in
 *   browsers without OPFS; in Node the folder `lodestone-checkpoints`
 */

/**
 * @param {string | CheckpointOptions} given the id, or all options
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
