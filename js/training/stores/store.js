import { LodestoneError } from '../../errors.js';
import { refused } from '../../options.js';
import { folder } from './folder.js';
import { indexedDb } from './indexed-db.js';
import { opfs, opfsIsThere } from './opfs.js';

/**
 * Where checkpoints lie: files with names, in one flat folder. What it throws is the platform's own.
 * @typedef {object} Store
 * @property {() => Promise<string[]>} list the names of all files
 * @property {(name: string, length?: number) => Promise<Uint8Array<ArrayBuffer>>} read the first `length` bytes, or all
 * @property {(name: string, bytes: Uint8Array<ArrayBuffer>) => Promise<void>} write a new file: whole and on the disk, or
 *   not at all. In pages only Workers can write to OPFS
 * @property {(name: string) => Promise<void>} remove
 */

/**
 * The store of that name; without one OPFS, else IndexedDB, in Node the folder `lodestone-checkpoints`.
 * @param {string} [where] 'opfs', 'indexed-db'; in Node the path of a folder
 * @returns {Promise<Store>}
 */
export async function openStore(where) {
  if (where !== undefined && (typeof where !== 'string' || !where)) throw refused('store', where, 'names and paths');
  if (globalThis.process?.versions?.node) return folder(where ?? 'lodestone-checkpoints');
  if (where === undefined) return (await opfsIsThere()) ? opfs : indexedDb;
  const stores = { opfs, 'indexed-db': indexedDb };
  if (where in stores) return stores[/** @type {keyof typeof stores} */ (where)];
  throw refused('store', where, 'opfs, indexed-db');
}

/**
 * What to throw when a store has failed.
 * @param {string} what was to be done
 * @param {any} error as the platform has it
 */
export function storageFailure(what, error) {
  if (error instanceof LodestoneError) return error;
  const full = ['QuotaExceededError', 'ENOSPC', 'EDQUOT'].some((name) => name === error.name || name === error.code);
  return new LodestoneError('storage-failed', `${what}: ${full ? 'the storage is full' : error.message}`);
}
