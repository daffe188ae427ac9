import * as options from '../options.js';
import { createFrom, Handle } from './handle.js';

/** @typedef {import('./instance.js').Instance} Instance */

/**
 * Where each feature is in a frame; for their definitions see FeatureLayout in features.hpp.
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
 * Extracts features from a stream of samples. Once constructed it neither allocates memory nor creates objects, so it
 * can run on the audio thread.
 *
 *     for (let at = 0; at < input.length;) {
 *       at += analyser.push(input, at);
 *       while (analyser.next()) use(analyser.frame);
 *     }
 *
 * @extends {Handle<Instance>}
 */
export class CoreAnalyser extends Handle {
  #block;
  #frameAt;
  #views;

  /**
   * @param {Instance} core
   * @param {options.AnalyserOptions} [given]
   */
  constructor(core, given) {
    const { abi } = core;
    const config = options.settle('an analyser', given, options.analyserDefaults);
    const pointer = createFrom(core, 'lodestone_analyser_create', options.analyser, config);
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
   * Consumes samples up to the next frame, at most 128; returns how many.
   * @param {Float32Array} samples
   * @param {number} [from] index of the first sample to consume
   */
  push(samples, from = 0) {
    const { input } = this.#memory();
    const count = Math.min(samples.length - from, CoreAnalyser.#blockLength);
    // Not `set`: a subarray of `samples` would be a new object, and garbage on the audio thread.
    for (let i = 0; i < count; ++i) input[i] = samples[from + i];
    return this.core.abi.lodestone_analyser_push(this.pointer, this.#block, count) >>> 0;
  }

  /** Moves the next frame into `frame`; false if none is ready. */
  next() {
    return this.core.abi.lodestone_analyser_next(this.pointer) === 1;
  }

  /** The newest frame, laid out as in `layout`: a view that the next frame overwrites; zeros before the first. */
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

  /** Other objects may have grown the memory, which detaches all views. */
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
