import { LodestoneError } from '../errors.js';
import { createGeneratorNode } from '../nodes/generator-node.js';
import { dreamDefaults, pick, settle } from '../options.js';
import { Training } from '../training/training.js';

/** @typedef {import('../training/audio.js').Audio} Audio */
/** @typedef {import('../training/checkpoint-options.js').CheckpointOptions} CheckpointOptions */
/** @typedef {import('../training/lead.js').TrainingNotice} TrainingNotice */
/** @typedef {import('../training/lead.js').TrainingProgress} TrainingProgress */
/** @typedef {import('../threads/tasks.js').WorkProgress} WorkProgress */

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
 * @property {number} group consecutive frames that the network reads and predicts at a time
 * @property {number} impulses how many training frames the model keeps, from which dreams start
 */

/** @typedef {import('../options.js').StftOptions & import('../options.js').TrainerOptions} LearnOptions */

/**
 * How to run and follow a training.
 * @typedef {object} FollowOptions
 * @property {1 | 2 | 4 | 8} [workers] how many workers share the work; the model is the same to the bit. Default: as
 *   many as there are cores, rounded down; always 1 with `training: 'sequence'`, which cannot be shared
 * @property {(progress: TrainingProgress) => void} [onProgress] called at most 10 times a second
 * @property {(notice: TrainingNotice) => void} [onNotice] called for problems that do not end the training
 * @property {(model: Magnet) => void} [onModel] called every two seconds with the model so far, for example to hear it:
 *   `onModel: (model) => node.swapModel(model)`
 * @property {AbortSignal} [signal] ends the training, which then resolves with the model so far; before the first step
 *   it rejects with the signal's reason
 */

/**
 * @typedef {object} MoreTrainOptions
 * @property {'quality' | 'responsive' | 'classic'} [preset] ready-made settings, which other options override:
 *   `quality` (default) has frames of 2048 samples every 512; `responsive` 1152 every 256, which respond in
 *   16 ms instead of 41; `classic` trains as MAGNet did
 * @property {number} [epochs] default -1: 300, fewer for a sound of minutes; `responsive`: 150; `classic`: 200
 * @property {Magnet} [initial] a model to start from, whose STFT and network settings become the defaults
 * @property {string | CheckpointOptions} [checkpoint] saves checkpoints under this id; without it nothing is saved
 */

/** @typedef {LearnOptions & MoreTrainOptions & FollowOptions} TrainOptions */

/** @typedef {FollowOptions & Omit<CheckpointOptions, 'id'>} ResumeOptions */

/**
 * @typedef {object} MoreGenerateOptions
 * @property {number} [seconds] default 5
 * @property {string | import('../options.js').PhaseOptions} [phase] a preset or PhaseOptions; default `best`
 */

/**
 * @typedef {import('../options.js').DreamOptions & MoreGenerateOptions & import('../threads/work.js').WorkOptions<WorkProgress>}
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
  /** @type {{bytes: Uint8Array, live: () => Uint8Array} | null} the model file, and the form that a player reads */
  #forms;

  /**
   * Use `train` or `load` instead.
   * @param {{bytes: Uint8Array, live: () => Uint8Array, config: any, losses: number[], validationLosses: number[]}} model
   */
  constructor({ bytes, live, config, losses, validationLosses }) {
    this.#forms = { bytes, live };
    /** @type {MagnetConfig} How the model was trained. */
    this.config = config;
    /** @type {number[]} Mean training loss of each epoch. */
    this.losses = losses;
    /** @type {number[]} Held-out loss of each epoch; empty without validation. */
    this.validationLosses = validationLosses;
  }

  /**
   * Learns a sound, or a corpus of sounds, in workers. The model has the audio's sample rate; nothing is resampled.
   * @param {Audio} audio
   * @param {TrainOptions} [options]
   * @returns {Training} a promise of the model, with methods to pause, resume and take snapshots
   */
  static train(audio, options) {
    const checkpoint = options?.checkpoint;
    const id = typeof checkpoint === 'string' ? checkpoint : checkpoint?.id;
    return Training.begin(id, ({ trainRequest }) => trainRequest(audio, options), make);
  }

  /**
   * Resumes a training from its last checkpoint. The model will be the same, to the bit, as without the interruption.
   * @param {string} id
   * @param {ResumeOptions} [options]
   * @returns {Training}
   */
  static resume(id, options) {
    return Training.begin(id, ({ resumeRequest }) => resumeRequest(id, options), make);
  }

  /**
   * Listens to a node or a stream and never stops learning the last seconds of what it hears. Silence is not learned.
   * Everything heavy runs in a Worker.
   *
   *     const ear = await Magnet.listen(context, microphoneStream, { onModel: (model) => node?.swapModel(model) });
   *
   * The models of one Ear have the same shape; create the node from the first of them.
   * @param {import('../nodes/register.js').AnyContext} context
   * @param {import('../listening/ear.js').ListenSource} source
   * @param {import('../listening/ear.js').ListenOptions & import('../nodes/register.js').RegisterOptions} [options]
   * @returns {Promise<import('../listening/ear.js').Ear>} rejects with a LodestoneError
   */
  static async listen(context, source, options) {
    return (await import('../listening/ear.js')).listen(context, source, options, make);
  }

  /**
   * Loads a model: Lodestone's own format; a PyTorch state_dict or checkpoint; or a TensorFlow.js layers model, given
   * as the URL of its model.json next to its shards, or as all of its files.
   * @param {import('./import.js').ModelSource} source
   * @param {import('./import.js').ImportOptions} [options] what PyTorch and TensorFlow.js files do not contain
   * @returns {Promise<Magnet>}
   */
  static async load(source, options) {
    return new Magnet(await (await import('./load.js')).load(source, options));
  }

  /**
   * Lists the trainings in a store, newest first, for `resume`.
   * @param {string} [store] 'opfs' or 'indexed-db'; in Node the path of a folder. The default is that of `checkpoint`
   * @returns {Promise<import('../training/kept.js').KeptTraining[]>}
   */
  static async checkpoints(store) {
    const { keptTrainings } = await import('../training/kept.js');
    return keptTrainings(store);
  }

  /**
   * Deletes a training's checkpoints from a store. Does nothing if there are none.
   * @param {string} id
   * @param {string} [store]
   */
  static async forget(id, store) {
    const { forgetTraining } = await import('../training/kept.js');
    await forgetTraining(id, store);
  }

  /**
   * Generates new sound in a worker. The same seed and options give the same samples to the bit.
   * @param {GenerateOptions} [options]
   * @returns {Promise<{samples: Float32Array, sampleRate: number, reseeds: number}>}
   */
  async generate(options) {
    const { seconds, phase, onProgress, signal, ...dream } = settle('generate', options, {
      ...dreamDefaults,
      seconds: 5,
      phase: /** @type {string | import('../options.js').PhaseOptions} */ ('best'),
      onProgress: undefined,
      signal: undefined,
    });
    const phaseOptions = typeof phase === 'string' ? { preset: phase } : phase;
    const request = {
      bytes: this.#held().bytes,
      seconds,
      dream: pick(dream, dreamDefaults),
      phase: phaseOptions,
    };
    const { work } = await import('../threads/work.js');
    return work('generate', request, { onProgress, signal });
  }

  /**
   * Creates a node that plays the model, ready to be connected. Calls `register` first, and resolves once the audio
   * thread can play. If the context's sample rate differs from the model's, the sound is resampled.
   * @param {import('../nodes/register.js').AnyContext} context
   * @param {import('../nodes/generator-options.js').GeneratorOptions & import('../nodes/register.js').RegisterOptions}
   *   [options]
   * @returns {Promise<import('../nodes/generator-node.js').GeneratorNode>}
   */
  createNode(context, options) {
    return createGeneratorNode(context, this, options);
  }

  /**
   * Creates a context at the model's sample rate, so that nothing has to be resampled.
   * @param {Omit<AudioContextOptions, 'sampleRate'>} [options]
   */
  createContext(options) {
    return new AudioContext({ ...options, sampleRate: this.config.sampleRate });
  }

  /**
   * The model file: safetensors with PyTorch's names. Models that were trained with `components` keep these in it; folded,
   * the file has the form that other programs and earlier versions read, and is several times larger.
   * @overload
   * @returns {Uint8Array}
   */
  /**
   * @overload
   * @param {{folded: true}} options
   * @returns {Promise<Uint8Array>} made in a worker
   */
  /**
   * @param {{folded?: boolean}} [options]
   * @returns {Uint8Array | Promise<Uint8Array>}
   */
  toBytes(options) {
    const { bytes } = this.#held();
    return options?.folded
      ? import('../threads/work.js').then(({ work }) => work('fold', { bytes }, {}))
      : bytes.slice();
  }

  /**
   * The form of the model that a player reads, in memory of the caller's own, which can be transferred. It is only valid
   * for this release of the package.
   * @returns {Uint8Array}
   */
  liveBytes() {
    return this.#held().live();
  }

  /**
   * The training frames that the model keeps, as linear magnitudes: `[frames, bins]`.
   * @returns {Promise<{data: Float32Array, frames: number, bins: number}>}
   */
  async trainingFrames() {
    const { bytes } = this.#held();
    return (await import('./load.js')).trainingFrames(bytes);
  }

  /** Releases the model, which cannot be used afterwards. */
  dispose() {
    this.#forms = null;
  }

  #held() {
    if (this.#forms) return this.#forms;
    throw new LodestoneError('invalid-argument', 'this model has been disposed of');
  }
}

/** @param {any} learned */
const make = (learned) => new Magnet({ ...learned, live: () => learned.live.slice() });
