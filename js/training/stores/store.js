import { LodestoneError } from '../../errors.js';
import { refused } from '../../options.js';
import { folder } from './folder.js';
import { indexedDb } from './indexed-db.js';
import { opfs, opfsIsThere } from './opfs.js';

/**
 * Where checkpoints are kept: named files in one flat folder. It throws the platform's own errors.
 * @typedef {object} Store
 * @property {() => Promise<string[]>} list the names of all files
 * @property {(name: string, length?: number) => Promise<Uint8Array<ArrayBuffer>>} read the first `length` bytes, or all
 * @property {(name: string, bytes: Uint8Array<ArrayBuffer>) => Promise<void>} write a new file, atomically and
 *   durably. In a browser only Workers can write to OPFS
 * @property {(name: string) => Promise<void>} remove
 */

/**
 * Opens a store. Default: OPFS, or IndexedDB in browsers without OPFS; in Node the folder `lodestone-checkpoints`.
 * @param {string} [where] 'opfs' or 'indexed-db'; in Node the path of a folder
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
 * The error to throw when a store has failed.
 * @param {string} what failed
 * @param {any} error from the platform
 */
export function storageFailure(what, error) {
  if (error instanceof LodestoneError) return error;
  const full = ['QuotaExceededError', 'ENOSPC', 'EDQUOT'].some((name) => name === error.name || name === error.code);
  return new LodestoneError('storage-failed', `${what}: ${full ? 'the storage is full' : error.message}`);
}
