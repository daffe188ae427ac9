import { LodestoneError } from './errors.js';
import { createGeneratorNode } from './nodes/generator-node.js';
import {
  dreamDefaults,
  floats,
  pick,
  refused,
  settle,
  stftDefaults,
  trainerDefaults,
  trainingPresets,
} from './options.js';
import { work } from './work.js';

/** @typedef {import('./tasks.js').TrainingProgress} TrainingProgress */
/** @typedef {import('./tasks.js').WorkProgress} WorkProgress */

/**
 * What of an AudioBuffer is needed; its channels are mixed to one.
 * @typedef {object} AudioBufferLike
 * @property {number} sampleRate
 * @property {number} numberOfChannels
 * @property {(channel: number) => Float32Array} getChannelData
 */

/** @typedef {AudioBufferLike | {samples: Float32Array, sampleRate?: number} | Float32Array} Audio */

/**
 * @typedef {object} MagnetConfig
 * @property {number} size
 * @property {number} windowSize
 * @property {number} hop
 * @property {string} window
 * @property {string} framing
 * @property {number} sampleRate
 * @property {number[]} layers
 * @property {number} sequence
 * @property {string} scale
 * @property {number} impulses how many training frames the model keeps to start dreams from
 */

/** @typedef {import('./options.js').StftOptions & import('./options.js').TrainerOptions} LearnOptions */

/**
 * @typedef {object} MoreTrainOptions
 * @property {'quality' | 'responsive'} [preset] ready-made settings, which other options may change: frames of 2048
 *   samples every 512, or 512 every 128, which answers 4 times sooner; both for playing live
 * @property {number} [epochs] 200
 * @property {Magnet} [initial] a model of the same shape to start from
 * @property {boolean} [keepPartial] whether aborting gives the model so far, once there has been a step, instead of
 *   rejecting with the signal's reason
 * @property {(model: Magnet) => void} [onModel] gets the model so far every two seconds, as for a node that plays it:
 *   `onModel: (model) => node.swapModel(model)`
 */

/** @typedef {LearnOptions & MoreTrainOptions & import('./work.js').WorkOptions<TrainingProgress>} TrainOptions */

/**
 * @typedef {object} MoreGenerateOptions
 * @property {number} [seconds] 5
 * @property {string | import('./options.js').PhaseOptions} [phase] a preset or what PhaseOptions has; `best`
 */

/**
 * @typedef {import('./options.js').DreamOptions & MoreGenerateOptions & import('./work.js').WorkOptions<WorkProgress>}
 *   GenerateOptions
 */

/**
 * A sound that has been learned.
 *
 *     const model = await Magnet.train(audioBuffer, { epochs: 200, onProgress, signal });
 *     const { samples, sampleRate } = await model.generate({ seconds: 5, seed: 7 });
 *     const file = model.toBytes();
 */
export class Magnet {
  /** @type {{bytes: Uint8Array, live: Uint8Array} | null} the model file, and what a player reads */
  #forms;

  /**
   * Made by `train` and `load`.
   * @param {{bytes: Uint8Array, live: Uint8Array, config: any, losses: number[], validationLosses: number[]}} model
   */
  constructor({ bytes, live, config, losses, validationLosses }) {
    this.#forms = { bytes, live };
    /** @type {MagnetConfig} How it was trained. */
    this.config = config;
    /** @type {number[]} Mean training loss of each epoch. */
    this.losses = losses;
    /** @type {number[]} Held-out loss of each epoch; empty without validation. */
    this.validationLosses = validationLosses;
  }

  /**
   * Learns a sound, in a worker. The audio's own sample rate counts; it is not resampled.
   * @param {Audio} audio
   * @param {TrainOptions} [options]
   * @returns {Promise<Magnet>}
   */
  static async train(audio, options) {
    const learnDefaults = { ...stftDefaults, ...trainerDefaults, ...presetOf(options) };
    const { initial, keepPartial, onModel, onProgress, signal, ...rest } = settle('Magnet.train', options, {
      ...learnDefaults,
      preset: /** @type {string | undefined} */ (undefined),
      initial: /** @type {Magnet | undefined} */ (undefined),
      keepPartial: false,
      onModel: /** @type {((model: Magnet) => void) | undefined} */ (undefined),
      onProgress: /** @type {((progress: TrainingProgress) => void) | undefined} */ (undefined),
      signal: /** @type {AbortSignal | undefined} */ (undefined),
    });
    if (initial && !(initial instanceof Magnet)) throw refused('initial', initial, 'Magnet');
    const { samples, sampleRate } = mono(audio, options?.sampleRate);
    const request = {
      samples,
      options: { ...pick(rest, learnDefaults), sampleRate },
      initial: initial?.toBytes(),
      snapshots: Boolean(onModel),
    };
    const hear = (/** @type {any} */ news) =>
      news.snapshot ? onModel?.(new Magnet(news.snapshot)) : onProgress?.(news);
    const model = await work('train', request, { onProgress: hear, signal }, keepPartial);
    if (model === null) throw signal?.reason;
    return new Magnet(model);
  }

  /**
   * Reads a model file: Lodestone's; a state_dict or checkpoint that PyTorch saved; or a layers model of TensorFlow.js:
   * the address of its model.json with the shards beside it, or all of its files.
   * @param {import('./import.js').ModelSource} source
   * @param {import('./import.js').ImportOptions} [options] what files of PyTorch and TensorFlow.js do not say
   * @returns {Promise<Magnet>}
   */
  static async load(source, options) {
    return new Magnet(await (await import('./load.js')).load(source, options));
  }

  /**
   * New sound from the model, in a worker. The same seed and options give the same samples to the bit.
   * @param {GenerateOptions} [options]
   * @returns {Promise<{samples: Float32Array, sampleRate: number, reseeds: number}>}
   */
  async generate(options) {
    const { seconds, phase, onProgress, signal, ...dream } = settle('generate', options, {
      ...dreamDefaults,
      seconds: 5,
      phase: /** @type {string | import('./options.js').PhaseOptions} */ ('best'),
      onProgress: undefined,
      signal: undefined,
    });
    const phaseOptions = typeof phase === 'string' ? { preset: phase } : phase;
    const request = {
      bytes: this.#held().bytes,
      options: this.config,
      seconds,
      dream: pick(dream, dreamDefaults),
      phase: phaseOptions,
    };
    return work('generate', request, { onProgress, signal });
  }

  /**
   * An instrument that plays the model in a context, ready to be connected: `register`, the node, and what it takes
   * until the audio thread can play. A context of another rate than the model's gets the sound resampled.
   * @param {import('./register.js').AnyContext} context
   * @param {import('./nodes/generator-options.js').GeneratorOptions & import('./register.js').RegisterOptions}
   *   [options]
   * @returns {Promise<import('./nodes/generator-node.js').GeneratorNode>}
   */
  createNode(context, options) {
    return createGeneratorNode(context, this, options);
  }

  /**
   * A context at the model's sample rate, in which nothing needs resampling.
   * @param {Omit<AudioContextOptions, 'sampleRate'>} [options]
   */
  createContext(options) {
    return new AudioContext({ ...options, sampleRate: this.config.sampleRate });
  }

  /**
   * The model file: safetensors with PyTorch's names.
   * @returns {Uint8Array}
   */
  toBytes() {
    return this.#held().bytes.slice();
  }

  /**
   * What a player reads, in this release of the package alone.
   * @returns {Uint8Array}
   */
  liveBytes() {
    return this.#held().live;
  }

  /**
   * The magnitudes of the sound it was trained on, as far as the model keeps them: `[frames, bins]`, linear.
   * @returns {Promise<{data: Float32Array, frames: number, bins: number}>}
   */
  async trainingFrames() {
    const { bytes } = this.#held();
    return (await import('./load.js')).trainingFrames(bytes);
  }

  /** Lets go of the model; it cannot play afterwards. */
  dispose() {
    this.#forms = null;
  }

  #held() {
    if (this.#forms) return this.#forms;
    throw new LodestoneError('invalid-argument', 'this model has been disposed of');
  }
}

/** @param {TrainOptions} [options] */
function presetOf(options) {
  const preset = options?.preset;
  if (preset === undefined) return {};
  if (Object.hasOwn(trainingPresets, preset)) return trainingPresets[preset];
  throw refused('preset', preset, Object.keys(trainingPresets).join(', '));
}

/**
 * @param {Audio} audio
 * @param {number} [givenRate]
 */
function mono(audio, givenRate) {
  const buffer = /** @type {AudioBufferLike} */ (audio);
  const sound = /** @type {{samples: Float32Array, sampleRate?: number}} */ (audio);
  if (typeof buffer?.getChannelData === 'function') {
    return { samples: mix(buffer), sampleRate: ownRate(buffer.sampleRate, givenRate) };
  }
  if (sound?.samples !== undefined) {
    return { samples: floats('samples', sound.samples), sampleRate: ownRate(sound.sampleRate, givenRate) };
  }
  return { samples: floats('audio', audio), sampleRate: ownRate(undefined, givenRate) };
}

/**
 * @param {number} [own]
 * @param {number} [given]
 */
function ownRate(own, given) {
  if (own === undefined || given === undefined || given === own) return given ?? own ?? stftDefaults.sampleRate;
  throw new LodestoneError(
    'invalid-argument',
    `sampleRate is ${given}; allowed: ${own}, that of the audio, which is not resampled`,
  );
}

/**
 * The mean of all channels.
 * @param {AudioBufferLike} buffer
 */
function mix(buffer) {
  const mixed = buffer.getChannelData(0).slice();
  for (let channel = 1; channel < buffer.numberOfChannels; ++channel) {
    buffer.getChannelData(channel).forEach((value, i) => (mixed[i] += value));
  }
  return mixed.map((sum) => sum / buffer.numberOfChannels);
}
