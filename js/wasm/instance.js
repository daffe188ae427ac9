// An instance of a module, with what the audio thread needs.

import { LodestoneError } from '../errors.js';
import { errorCodes } from '../facts.js';
import { instantiate } from './loader.js';

/** Stands in for the functions that a module does not have. */
const missing = new Proxy(Object.create(null), {
  get(_, name) {
    throw new LodestoneError(
      'unsupported',
      `this module has no ${String(name)}: player.wasm plays models; lodestone.wasm plays, learns and generates; ` +
        'analysis.wasm computes spectra and features and reconstructs phases; mapping.wasm maps inputs to outputs',
    );
  },
});

/** An instance of a module. */
export class Instance {
  /** @param {WebAssembly.Module | BufferSource} source */
  constructor(source) {
    /** The exports of the module. */
    this.abi = /** @type {any} */ ({ __proto__: missing, ...instantiate(source) });
  }

  /** Size of the instance's memory in bytes; it never shrinks. */
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

  /**
   * Copies bytes into memory that the next call takes over.
   * @param {Uint8Array} bytes
   */
  input(bytes) {
    const place = this.abi.lodestone_input(bytes.byteLength) >>> 0;
    if (place === 0) throw this.failure();
    new Uint8Array(this.abi.memory.buffer).set(bytes, place);
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
