// Models of PyTorch and TensorFlow.js become Lodestone's model files. Loaded only when a file is none of Lodestone's;
// wasm/import.cpp has the other side.

import { readBytes } from '../bytes.js';
import { LodestoneError } from '../errors.js';
import { files } from '../wasm/files.js';
import { compile, stubs } from '../wasm/loader.js';
import { errorCodes, imported, importDefaults, pack, settle } from '../options.js';

/** @typedef {import('../options.js').ImportOptions} ImportOptions */

/** @typedef {import('../bytes.js').BytesSource} BytesSource */
/** @typedef {BytesSource | ArrayLike<BytesSource>} ModelSource a FileList and an array are files that belong together */

/** @typedef {{name: string, bytes: Uint8Array}} Part a file; the name is empty where it has none */

/**
 * The model file that Lodestone would have written.
 * @param {ModelSource} source
 * @param {Uint8Array | null} bytes of the source where it is one file and has been read
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
      `none of these ${parts.length} files is a model.json; give it with its shards`,
    );
  }
  const importer = new Importer(await compile(files.importWasm()));
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
 * Among the files that were given, by its name, or by its place where they have none; else beside the model's address.
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
  throw new LodestoneError('invalid-data', `model.json needs the shard ${name}; give it too: [model.json, ${name}, …]`);
}

/**
 * The address, or in Node the path, of a file in the same folder.
 * @param {string | URL} address
 * @param {string} name
 */
function beside(address, name) {
  const text = String(address);
  return /^[a-z][a-z0-9+.-]+:/i.test(text) ? new URL(name, text) : text.replace(/[^/\\]*$/, name);
}

/** One import, in an instance of its own. */
export class Importer {
  /** @type {any} */
  #exports;

  /** @param {WebAssembly.Module} module */
  constructor(module) {
    this.#exports = new WebAssembly.Instance(module, stubs(module)).exports;
    this.#exports._initialize?.();
  }

  /** Bytes of memory that the instance has taken. */
  get memoryBytes() {
    return this.#exports.memory.buffer.byteLength;
  }

  /**
   * Puts files into memory, one behind the other.
   * @param {Uint8Array[]} blocks
   * @returns {[number, number]} where they lie and how many bytes they are
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
