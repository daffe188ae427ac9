// An instance of a module, and what goes in and out of its memory.
//
// Views of memory become invalid when it grows, so none is kept across calls: arrays are copied in before a call and out
// after it.

import { LodestoneError } from '../errors.js';
import { errorCodes } from '../facts.js';
import { instantiate } from './loader.js';

/** What `Core.abi` finds in place of functions that the module does not have. */
const missing = new Proxy(Object.create(null), {
  get(_, name) {
    throw new LodestoneError(
      'unsupported',
      `this module has no ${String(name)}: player.wasm plays models; lodestone.wasm plays, learns and generates; ` +
        'analysis.wasm makes spectra, analyses and reconstructs phases',
    );
  },
});

/** An instance of a module. */
export class Core {
  /** @param {WebAssembly.Module | BufferSource} source */
  constructor(source) {
    /** The exports of the module. */
    this.abi = /** @type {any} */ ({ __proto__: missing, ...instantiate(source) });
  }

  /** Bytes of memory that the instance has taken; it never shrinks. */
  get memoryBytes() {
    return this.abi.memory.buffer.byteLength;
  }

  /** The last failure as an error. */
  failure() {
    const bytes = new Uint8Array(this.abi.memory.buffer);
    const message = decodeUtf8(bytes, this.abi.lodestone_message() >>> 0);
    return new LodestoneError(errorCodes[this.abi.lodestone_error() - 1], message);
  }

  /** @param {number} status */
  check(status) {
    if (status !== 0) throw this.failure();
  }

  /**
   * Calls `use` with pointers to copies of the arrays, which are freed afterwards; null stands for no array.
   * @template T
   * @param {(ArrayBufferView | null)[]} arrays
   * @param {(...pointers: number[]) => T} use
   * @returns {T}
   */
  lend(arrays, use) {
    /** @type {number[]} */
    const pointers = [];
    try {
      for (const array of arrays) pointers.push(array ? this.#store(array) : 0);
      return use(...pointers);
    } finally {
      for (const pointer of pointers) this.abi.lodestone_free(pointer);
    }
  }

  /** The output of the last call. */
  floats() {
    const { pointer, rows, cols } = this.#output();
    return this.#taken(new Float32Array(this.abi.memory.buffer, pointer, rows * cols).slice());
  }

  doubles() {
    const { pointer, rows, cols } = this.#output();
    return this.#taken(new Float64Array(this.abi.memory.buffer, pointer, rows * cols).slice());
  }

  bytes() {
    const { pointer, rows, cols } = this.#output();
    return this.#taken(new Uint8Array(this.abi.memory.buffer, pointer, rows * cols).slice());
  }

  /**
   * @param {1 | 2} parts floats in a value: 2 for complex numbers
   * @param {number} length
   * @returns {Required<import('./frames.js').Frames>}
   */
  frames(parts, length) {
    const { pointer, rows, cols } = this.#output();
    const data = new Float32Array(this.abi.memory.buffer, pointer, rows * cols * parts).slice();
    return this.#taken({ frames: rows, bins: cols, data, length });
  }

  /**
   * A WAV file's samples, its channels mixed to one.
   * @param {Uint8Array} bytes
   */
  readWav(bytes) {
    const sampleRate = this.lend([bytes], (pointer) => this.abi.lodestone_wav_read(pointer, bytes.length));
    if (sampleRate === 0) throw this.failure();
    return { samples: this.floats(), sampleRate };
  }

  #output() {
    return {
      pointer: this.abi.lodestone_output() >>> 0,
      rows: this.abi.lodestone_output_rows() >>> 0,
      cols: this.abi.lodestone_output_cols() >>> 0,
    };
  }

  /**
   * @template T
   * @param {T} copy
   */
  #taken(copy) {
    this.abi.lodestone_output_release();
    return copy;
  }

  /** @param {ArrayBufferView} array */
  #store(array) {
    const pointer = this.abi.lodestone_alloc(array.byteLength) >>> 0;
    if (pointer === 0) throw this.failure();
    const source = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    new Uint8Array(this.abi.memory.buffer, pointer, array.byteLength).set(source);
    return pointer;
  }
}

/**
 * The text from `at` to the next zero. AudioWorklets have no TextDecoder.
 * @param {Uint8Array} bytes
 * @param {number} at
 */
function decodeUtf8(bytes, at) {
  let text = '';
  while (bytes[at] !== 0) {
    const first = bytes[at++];
    const more = first < 0xc0 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    let point = more === 0 ? first : first & (0x3f >> more);
    for (let i = 0; i < more; ++i) point = (point << 6) | (bytes[at++] & 0x3f);
    text += String.fromCodePoint(point);
  }
  return text;
}
