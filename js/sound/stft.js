import { CoreInverseStftStream, CoreStft, CoreStftStream } from '../core.js';
import { completeCore } from '../wasm/local-core.js';

/** @typedef {import('../core.js').Frames} Frames */
/** @typedef {import('../options.js').StftOptions} StftOptions */

/**
 * Short-time Fourier transform: sound to frames and back. Made once, then synchronous.
 *
 *     const stft = await Stft.create({ size: 1024, hop: 256 });
 *     const spectrum = stft.transform(samples);
 *     const same = stft.inverse(spectrum);
 *     stft.dispose();
 */
export class Stft {
  #stft;

  /** @param {CoreStft} stft see `Stft.create` */
  constructor(stft) {
    this.#stft = stft;
  }

  /**
   * @param {StftOptions} [options]
   * @returns {Promise<Stft>}
   */
  static async create(options) {
    return new Stft(new CoreStft(await completeCore(), options));
  }

  /** @returns {Required<StftOptions>} */
  get config() {
    return { ...this.#stft.config };
  }

  /** Bins of a frame: size / 2 + 1. */
  get bins() {
    return this.#stft.bins;
  }

  /**
   * Complex frames; real and imaginary parts take turns in `data`.
   * @param {Float32Array} samples finite
   * @returns {Required<Frames>}
   */
  transform(samples) {
    return this.#stft.transform(samples);
  }

  /**
   * Linear magnitudes.
   * @param {Float32Array} samples finite
   * @returns {Required<Frames>}
   */
  magnitudes(samples) {
    return this.#stft.magnitudes(samples);
  }

  /**
   * The samples of complex frames: `spectrum.length` of them, or all that the frames cover.
   * @param {Frames} spectrum
   * @returns {Float32Array}
   */
  inverse(spectrum) {
    return this.#stft.inverse(spectrum);
  }

  /** `transform` piece by piece: `push(samples)` and at the end `finish()` give the frames that are ready. */
  stream() {
    return new CoreStftStream(this.#stft.core, this.#stft.config);
  }

  /** `inverse` piece by piece: `push(spectrum)` and at the end `finish()` give the samples that are ready. */
  inverseStream() {
    return new CoreInverseStftStream(this.#stft.core, this.#stft.config);
  }

  /** Frees its memory; streams live on until they are disposed of themselves. */
  dispose() {
    this.#stft.dispose();
  }
}
