// Safetensors, as far as checkpoints need them: their seal protects the content, so little is checked here. Model
// files are read and written by the core.

import { LodestoneError } from '../errors.js';

/**
 * @typedef {object} Tensor
 * @property {string} name
 * @property {string} dtype as in safetensors: F32, U8, …
 * @property {number[]} shape
 * @property {Uint8Array} bytes little-endian
 */

/** @param {Uint8Array} bytes */
function headerLength(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < 8 ? Infinity : Number(view.getBigUint64(0, true));
  if (length <= bytes.length - 8) return length;
  throw new LodestoneError('invalid-data', 'the file ends within its header');
}

/**
 * Parses the JSON of a file, whose beginning is enough.
 * @param {Uint8Array} bytes
 */
export function readHeader(bytes) {
  return JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength(bytes))));
}

/**
 * The tensors point into `bytes`.
 * @param {Uint8Array} bytes
 */
export function readSafetensors(bytes) {
  const { __metadata__: metadata, ...entries } = readHeader(bytes);
  const data = bytes.subarray(8 + headerLength(bytes));
  /** @type {Map<string, Tensor>} */
  const tensors = new Map();
  for (const [name, { dtype, shape, data_offsets: range }] of Object.entries(entries)) {
    tensors.set(name, { name, dtype, shape, bytes: data.subarray(...range) });
  }
  return { metadata, tensors };
}

/**
 * @param {Record<string, string>} metadata
 * @param {Tensor[]} tensors
 */
export function writeSafetensors(metadata, tensors) {
  let end = 0;
  const entries = tensors.map(({ name, dtype, shape, bytes }) => [
    name,
    { dtype, shape, data_offsets: [end, (end += bytes.length)] },
  ]);
  const header = new TextEncoder().encode(JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) }));
  const length = Math.ceil(header.length / 8) * 8; // padded with spaces, so that the data is aligned
  const file = new Uint8Array(8 + length + end).fill(32, 8, 8 + length);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.set(header, 8);
  let at = 8 + length;
  for (const { bytes } of tensors) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}
