import { LodestoneError } from './errors.js';

/** @typedef {ArrayBuffer | ArrayBufferView | Response | Blob | URL | string} BytesSource */

/**
 * Reads a source's bytes. A string is a URL or, in Node, a file path.
 * @param {BytesSource} source
 * @returns {Promise<Uint8Array>}
 */
export async function readBytes(source) {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  const kind = Object.prototype.toString.call(source);
  if (kind === '[object ArrayBuffer]') return new Uint8Array(/** @type {ArrayBuffer} */ (source));
  if (kind === '[object Blob]' || kind === '[object File]') {
    return new Uint8Array(await /** @type {Blob} */ (source).arrayBuffer());
  }
  if (kind === '[object Response]') return readResponse(/** @type {Response} */ (source));
  if (kind === '[object URL]' || typeof source === 'string') return readAddress(/** @type {URL | string} */ (source));
  throw new LodestoneError(
    'invalid-argument',
    `${kind} is not readable; allowed: bytes, Response, Blob, URL or string`,
  );
}

/** @param {Response} response */
async function readResponse(response) {
  if (!response.ok) throw unreadable(response.url, `the server answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** @param {URL | string} address */
async function readAddress(address) {
  const isUrl = typeof address !== 'string' || /^[a-z][a-z0-9+.-]+:/i.test(address);
  const isFile = isUrl ? String(address).startsWith('file:') : Boolean(globalThis.process?.versions?.node);
  try {
    if (!isFile) return await readResponse(await fetch(address));
    const { readFile } = process.getBuiltinModule('node:fs/promises'); // bundlers do not see this import
    return new Uint8Array(await readFile(isUrl ? new URL(address) : address)); // slice() of a Buffer would not copy
  } catch (error) {
    if (error instanceof LodestoneError) throw error;
    throw unreadable(address, /** @type {Error} */ (error).message);
  }
}

/**
 * @param {URL | string} address
 * @param {string} reason
 */
function unreadable(address, reason) {
  return new LodestoneError('invalid-data', `${address} cannot be read: ${reason}`);
}
