import { CoreInverseStftStream, CoreStft, CoreStftStream } from '../core.js';
import { localCore } from '../wasm/local-core.js';
import { prepare } from '../wasm/modules.js';

/** @typedef {import('../core.js').Frames} Frames */
/** @typedef {import('../options.js').StftOptions} StftOptions */

/**
 * Short-time Fourier transform: sound to frames and back. Creating one is asynchronous, everything else synchronous.
 *
 *     const stft = await Stft.create({ size: 1024, hop: 256 });
 *     const spectrum = stft.transform(samples);
 *     const same = stft.inverse(spectrum);
 *     stft.dispose();
 */
export class Stft {
  #stft;

  /** @param {CoreStft} stft use `Stft.create` instead */
  constructor(stft) {
    this.#stft = stft;
  }

  /**
   * @param {StftOptions} [options]
   * @returns {Promise<Stft>}
   */
  static async create(options) {
    return new Stft(new CoreStft(await localCore(prepare(undefined, 'analysis')), options));
  }

  /** @returns {Required<StftOptions>} */
  get config() {
    return { ...this.#stft.config };
  }

  /** Bins per frame: size / 2 + 1. */
  get bins() {
    return this.#stft.bins;
  }

  /**
   * Complex frames; real and imaginary parts alternate in `data`.
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
   * Turns complex frames into samples: `spectrum.length` of them, or as many as the frames cover.
   * @param {Frames} spectrum
   * @returns {Float32Array}
   */
  inverse(spectrum) {
    return this.#stft.inverse(spectrum);
  }

  /** `transform` piece by piece: `push(samples)` returns the frames that are complete, `finish()` the last ones. */
  stream() {
    return new CoreStftStream(this.#stft.core, this.#stft.config);
  }

  /** `inverse` piece by piece: `push(spectrum)` returns the samples that are complete, `finish()` the last ones. */
  inverseStream() {
    return new CoreInverseStftStream(this.#stft.core, this.#stft.config);
  }

  /** Frees its memory. Streams have their own `dispose()`. */
  dispose() {
    this.#stft.dispose();
  }
}
