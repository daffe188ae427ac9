// Converts PyTorch and TensorFlow.js models to Lodestone's model files. Loaded only for files that are not Lodestone's
// own. wasm/import.cpp is the other side.

import { readBytes } from '../bytes.js';
import { LodestoneError } from '../errors.js';
import { files } from '../wasm/files.js';
import { compile, stubs } from '../wasm/loader.js';
import { errorCodes, imported, importDefaults, pack, settle } from '../options.js';

/** @typedef {import('../options.js').ImportOptions} ImportOptions */

/** @typedef {import('../bytes.js').BytesSource} BytesSource */
/** @typedef {BytesSource | ArrayLike<BytesSource>} ModelSource a FileList or an array: the files of one model */

/** @typedef {{name: string, bytes: Uint8Array}} Part a file; the name may be empty */

/**
 * Returns the bytes of a Lodestone model file.
 * @param {ModelSource} source
 * @param {Uint8Array | null} bytes of the source, if it is one file, already read
 * @param {ImportOptions} [options]
 * @returns {Promise<Uint8Array>}
 */
export async function importModel(source, bytes, options) {
  const numbers = pack(imported, settle('Magnet.load', options, importDefaults));
  const parts = bytes ? [{ name: '', bytes }] : await readParts(/** @type {ArrayLike<BytesSource>} */ (source));
  const main = parts.length === 1 ? parts[0] : parts.find(isJson);
  if (!main) {
    throw new LodestoneError(
      'invalid-data',
      `none of these ${parts.length} files is a model.json; pass it along with its shards`,
    );
  }
  const importer = new Importer(await compile(files.importer()));
  const place = importer.store([main.bytes]);
  const shardNames = importer.call('shards', ...place);
  const shards = decode(shardNames).split('/').filter(Boolean);
  const others = parts.filter((part) => part !== main);
  const stored = importer.store(await Promise.all(shards.map((name, i) => findShard(name, i, others, source))));
  const [numbersAt] = importer.store([new Uint8Array(numbers.buffer)]);
  return importer.call('model', ...place, ...stored, numbersAt, numbers.length);
}

/** @param {ArrayLike<BytesSource>} sources */
function readParts(sources) {
  return Promise.all(
    Array.from(sources, async (source) => ({
      name: /** @type {File} */ (source).name ?? '',
      bytes: await readBytes(source),
    })),
  );
}

/** @param {Part} part */
function isJson({ bytes }) {
  return decode(bytes.subarray(0, 100)).trimStart().startsWith('{') && bytes[7] !== 0;
}

/** @param {Uint8Array} bytes */
const decode = (bytes) => new TextDecoder().decode(bytes);

/**
 * Finds a shard among the given files, by name, or by position if they have no names; else next to the model's URL.
 * @param {string} name
 * @param {number} place
 * @param {Part[]} given
 * @param {ModelSource} source
 */
async function findShard(name, place, given, source) {
  const part = given.find((one) => one.name === name) ?? (given[place]?.name === '' ? given[place] : undefined);
  if (part) return part.bytes;
  const address = /** @type {Response} */ (source).url || source;
  if (typeof address === 'string' || address instanceof URL) return readBytes(beside(address, name));
  throw new LodestoneError('invalid-data', `model.json needs the shard ${name}; pass it too: [model.json, ${name}, …]`);
}

/**
 * The URL, or in Node the path, of a file in the same folder.
 * @param {string | URL} address
 * @param {string} name
 */
function beside(address, name) {
  const text = String(address);
  return /^[a-z][a-z0-9+.-]+:/i.test(text) ? new URL(name, text) : text.replace(/[^/\\]*$/, name);
}

/** One import, in its own WebAssembly instance. */
export class Importer {
  /** @type {any} */
  #exports;

  /** @param {WebAssembly.Module} module */
  constructor(module) {
    this.#exports = new WebAssembly.Instance(module, stubs(module)).exports;
    this.#exports._initialize?.();
  }

  /** Size of the instance's memory. */
  get memoryBytes() {
    return this.#exports.memory.buffer.byteLength;
  }

  /**
   * Copies files into memory, one after another.
   * @param {Uint8Array[]} blocks
   * @returns {[number, number]} their address and total size in bytes
   */
  store(blocks) {
    const size = blocks.reduce((sum, { length }) => sum + length, 0);
    const pointer = size < 2 ** 32 - 128 ? this.#exports.lodestone_import_alloc(size) >>> 0 : 0;
    if (pointer === 0) throw new LodestoneError('out-of-memory', `no room for the model's ${size} bytes`);
    let at = pointer;
    for (const block of blocks) {
      new Uint8Array(this.#exports.memory.buffer).set(block, at);
      at += block.length;
    }
    return [pointer, size];
  }

  /**
   * @param {'shards' | 'model'} what
   * @param {number[]} values
   */
  call(what, ...values) {
    const status = this.#exports[`lodestone_import_${what}`](...values);
    const start = this.#exports.lodestone_import_output() >>> 0;
    const size = this.#exports.lodestone_import_output_size() >>> 0;
    const output = new Uint8Array(this.#exports.memory.buffer, start, size).slice();
    if (status !== 0) throw new LodestoneError(errorCodes[status - 1], decode(output));
    return output;
  }
}
