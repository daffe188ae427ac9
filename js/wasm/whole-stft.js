import * as options from '../options.js';
import { checkFrames } from './frames.js';
import { createFrom, Handle } from './handle.js';

/** @typedef {import('./memory.js').Core} Core */
/** @typedef {import('./frames.js').Frames} Frames */

/** Short-time Fourier transform of whole signals. */
export class CoreStft extends Handle {
  /**
   * @param {Core} core
   * @param {options.StftOptions} [given]
   */
  constructor(core, given) {
    const config = options.settle('Stft', given, options.stftDefaults);
    super(core, 'stft', createFrom(core, 'lodestone_stft_create', options.stft, config));
    this.config = config;
  }

  get bins() {
    return this.config.size / 2 + 1;
  }

  /**
   * @param {Float32Array} samples
   * @returns {Required<Frames>} complex
   */
  transform(samples) {
    return this.#analyse('lodestone_stft_transform', samples, 2);
  }

  /**
   * @param {Float32Array} samples
   * @returns {Required<Frames>}
   */
  magnitudes(samples) {
    return this.#analyse('lodestone_stft_magnitudes', samples, 1);
  }

  /**
   * Turns a complex spectrum into samples.
   * @param {Frames} spectrum
   */
  inverse(spectrum) {
    const { frames, data, length } = checkFrames('spectrum', spectrum, this.bins, 2);
    const { abi } = this.core;
    this.core.check(
      this.core.lend([data], (pointer) => abi.lodestone_stft_inverse(this.pointer, pointer, frames, length)),
    );
    return this.core.floats();
  }

  /**
   * @param {string} name
   * @param {Float32Array} samples
   * @param {1 | 2} parts
   */
  #analyse(name, samples, parts) {
    const data = options.floats('samples', samples);
    this.core.check(this.core.lend([data], (pointer) => this.core.abi[name](this.pointer, pointer, data.length)));
    return this.core.frames(parts, data.length);
  }
}
