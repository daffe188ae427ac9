// Converts PyTorch and TensorFlow.js models to Lodestone's model files. Loaded only for files that are not Lodestone's
// own. wasm/import.cpp is the other side.

import { readBytes } from '../bytes.js';
import { LodestoneError } from '../errors.js';
import { files } from '../wasm/files.js';
import { compile, stubs } from '../wasm/loader.js';
import { choice, integer, names, number, settle } from '../options.js';

/**
 * What PyTorch and TensorFlow.js files do not say. Lodestone's own files contain it.
 * @typedef {object} ImportOptions
 * @property {number} [hop] samples between frames, 1 to the window length; default: a quarter of the FFT size, which
 *   follows from the network
 * @property {number} [windowSize] window length in samples, 2 to the FFT size; default: the FFT size
 * @property {'hann' | 'hann-symmetric' | 'sqrt-hann' | 'hamming' | 'blackman' | 'rectangular'} [window] default `hann`
 * @property {'centered' | 'none' | 'lws'} [framing] where frames lie; default `centered`, as in torch and librosa
 * @property {number} [sampleRate] of the training sound in Hz; default 44100
 * @property {number} [sequence] frames that a prediction looks back on, 1 to 4096; default: as in the file, or 40
 */

/** @type {Required<ImportOptions>} */
const importDefaults = { hop: 0, windowSize: 0, window: 'hann', framing: 'centered', sampleRate: 44100, sequence: 0 };

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
  const settings = settle('Magnet.load', options, importDefaults);
  const values = [
    integer('hop', settings.hop),
    integer('windowSize', settings.windowSize),
    choice('window', settings.window, names.windows),
    choice('framing', settings.framing, names.framings),
    number('sampleRate', settings.sampleRate),
    integer('sequence', settings.sequence),
  ];
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
  return importer.call('model', ...place, ...stored, ...values);
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
    if (status !== 0) throw new LodestoneError(codes[/** @type {1 | 2 | 3} */ (status)], decode(output));
    return output;
  }
}

/** See ErrorCode in result.hpp. */
const codes = /** @type {const} */ ({ 1: 'invalid-argument', 2: 'invalid-data', 3: 'out-of-memory' });
