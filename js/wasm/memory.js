// Copies results out of an instance's memory, since views of it become invalid when it grows.

import { Instance } from './instance.js';

/** An instance whose functions also return arrays. */
export class Core extends Instance {
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
   * Reads a WAV file's samples, mixed to mono.
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
}
