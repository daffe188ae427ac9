import * as options from '../options.js';
import { checkFrames, concatenate } from './frames.js';
import { createFrom, Handle } from './handle.js';

/** @typedef {import('./memory.js').Core} Core */
/** @typedef {import('./frames.js').Frames} Frames */

/** `CoreStft.transform` piece by piece. */
export class CoreStftStream extends Handle {
  /**
   * @param {Core} core
   * @param {options.StftOptions} [given]
   */
  constructor(core, given) {
    const config = options.settle('Stft', given, options.stftDefaults);
    super(core, 'stft_stream', createFrom(core, 'lodestone_stft_stream_create', options.stft, config));
    this.config = config;
  }

  /**
   * Returns the frames that these samples complete.
   * @param {Float32Array} samples any number of them
   */
  push(samples) {
    const data = options.floats('samples', samples);
    /** @type {Float32Array[]} */
    const frames = [];
    this.core.lend([data], (pointer) => {
      for (let taken = 0; taken < data.length; this.#collect(frames)) {
        const rest = data.length - taken;
        taken += this.core.abi.lodestone_stft_stream_push(this.pointer, pointer + 4 * taken, rest) >>> 0;
      }
    });
    return this.#join(frames);
  }

  /** Ends the signal and returns the last frames. */
  finish() {
    /** @type {Float32Array[]} */
    const frames = [];
    this.core.abi.lodestone_stft_stream_finish(this.pointer);
    this.#collect(frames);
    return this.#join(frames);
  }

  /** Forgets all samples. */
  reset() {
    this.core.abi.lodestone_stft_stream_reset(this.pointer);
  }

  /** @param {Float32Array[]} frames */
  #collect(frames) {
    const { abi } = this.core;
    for (let pointer; (pointer = abi.lodestone_stft_stream_next(this.pointer) >>> 0) !== 0;) {
      frames.push(new Float32Array(abi.memory.buffer, pointer, this.config.size + 2).slice());
    }
  }

  /**
   * @param {Float32Array[]} frames
   * @returns {Required<Frames>} complex
   */
  #join(frames) {
    return { frames: frames.length, bins: this.config.size / 2 + 1, data: concatenate(frames), length: 0 };
  }
}

/** `CoreStft.inverse` piece by piece. */
export class CoreInverseStftStream extends Handle {
  /**
   * @param {Core} core
   * @param {options.StftOptions} [given]
   */
  constructor(core, given) {
    const config = options.settle('Stft', given, options.stftDefaults);
    super(core, 'inverse_stft_stream', createFrom(core, 'lodestone_inverse_stft_stream_create', options.stft, config));
    this.config = config;
  }

  /**
   * Returns the samples that no later frame affects.
   * @param {Frames} spectrum complex frames, any number
   */
  push(spectrum) {
    const { frames, bins, data } = checkFrames('spectrum', spectrum, this.config.size / 2 + 1, 2);
    return this.core.lend([data], (pointer) => {
      const parts = [];
      for (let m = 0; m < frames; ++m) {
        this.core.abi.lodestone_inverse_stft_stream_push(this.pointer, pointer + m * bins * 8);
        parts.push(this.core.floats());
      }
      return concatenate(parts);
    });
  }

  /** Ends the signal and returns the remaining samples. */
  finish() {
    this.core.abi.lodestone_inverse_stft_stream_finish(this.pointer);
    return this.core.floats();
  }

  /** Forgets all frames. */
  reset() {
    this.core.abi.lodestone_inverse_stft_stream_reset(this.pointer);
  }
}
