import * as options from '../options.js';
import { createFrom, Handle } from './handle.js';

/** @typedef {import('./instance.js').Core} Core */

/**
 * Where the features stand in a frame: a number's place, or the first place and the length of a list; and the length of
 * a frame.
 * @param {Required<options.AnalyserOptions>} config
 */
function featureLayout(config) {
  /** @type {Record<string, any>} */
  const lengths = { ...config, bins: config.size / 2 + 1 };
  /** @type {Record<string, any>} */
  const places = {};
  let length = 0;
  for (const [name, of] of Object.entries(options.features)) {
    places[name] = of === 1 ? length : [length, lengths[of]];
    length += of === 1 ? 1 : lengths[of];
  }
  return /** @type {options.FeatureLayout} */ ({ ...places, length });
}

/**
 * Features of a stream of samples. After it is made it takes no memory and makes no objects: it may run on the audio
 * thread.
 *
 *     for (let at = 0; at < input.length;) {
 *       at += analyser.push(input, at);
 *       while (analyser.next()) use(analyser.frame);
 *     }
 */
export class CoreAnalyser extends Handle {
  #block;
  #frameAt;
  #views;

  /**
   * @param {Core} core
   * @param {options.AnalyserOptions} [given]
   */
  constructor(core, given) {
    const { abi } = core;
    const config = options.settle('an analyser', given, options.analyserDefaults);
    const pointer = createFrom(core, 'analyser', options.analyser, config);
    super(core, 'analyser', pointer);
    this.layout = featureLayout(config);
    this.#block = abi.lodestone_alloc(CoreAnalyser.#blockLength * 4) >>> 0;
    if (this.#block === 0) {
      super.dispose();
      throw core.failure();
    }
    this.#frameAt = abi.lodestone_analyser_frame(pointer) >>> 0;
    this.#views = this.#viewsOfMemory();
  }

  static #blockLength = 128;

  /**
   * Takes samples up to the next frame, 128 at most; returns how many.
   * @param {Float32Array} samples
   * @param {number} [from] the first to take
   */
  push(samples, from = 0) {
    const { input } = this.#memory();
    const count = Math.min(samples.length - from, CoreAnalyser.#blockLength);
    // Not `set`: a part of `samples` would be a new object, to be collected on the audio thread.
    for (let i = 0; i < count; ++i) input[i] = samples[from + i];
    return this.core.abi.lodestone_analyser_push(this.pointer, this.#block, count) >>> 0;
  }

  /** Whether another frame is ready, which is then in `frame`. */
  next() {
    return this.core.abi.lodestone_analyser_next(this.pointer) === 1;
  }

  /** The newest frame, a view that the next one overwrites, laid out as `layout` says; zeros before the first. */
  get frame() {
    return this.#memory().frame;
  }

  /** Forgets all samples. */
  reset() {
    this.core.abi.lodestone_analyser_reset(this.pointer);
  }

  dispose() {
    this.core.abi.lodestone_free(this.#block);
    this.#block = 0;
    super.dispose();
  }

  /** Others may have let memory grow, which ends all views. */
  #memory() {
    if (this.#views.input.buffer !== this.core.abi.memory.buffer) this.#views = this.#viewsOfMemory();
    return this.#views;
  }

  #viewsOfMemory() {
    const { buffer } = this.core.abi.memory;
    return {
      input: new Float32Array(buffer, this.#block, CoreAnalyser.#blockLength),
      frame: new Float32Array(buffer, this.#frameAt, this.layout.length),
    };
  }
}
