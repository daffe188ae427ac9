import * as options from '../options.js';
import { Handle } from './handle.js';
import { CoreModel } from './model.js';
import { CoreStft } from './stft.js';

/** @typedef {import('./instance.js').Core} Core */

/** @typedef {import('../options.js').TrainingStatus} TrainingStatus */

/** Clips made ready to be learned. */
class CoreCorpus extends Handle {
  /**
   * @param {Core} core
   * @param {unknown} clips
   * @param {Required<options.StftOptions & options.TrainerOptions>} config
   */
  constructor(core, clips, config) {
    const stft = new CoreStft(core, options.pick(config, options.stftDefaults));
    try {
      const numbers = options.pack(options.corpus, config);
      const make = (/** @type {number} */ at) => core.abi.lodestone_corpus_create(stft.pointer, at, numbers.length);
      const pointer = core.lend([numbers], make);
      super(core, 'corpus', pointer);
    } finally {
      stft.dispose();
    }
    try {
      this.#fill(clips);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** @param {unknown} clips */
  #fill(clips) {
    const isList = Array.isArray(clips) && typeof clips[0] === 'object';
    (isList ? clips : [clips]).forEach((samples, i) => {
      const data = options.floats(isList ? `clips[${i}]` : 'samples', samples);
      const add = (/** @type {number} */ pointer) =>
        this.core.abi.lodestone_corpus_add(this.pointer, pointer, data.length);
      this.core.check(this.core.lend([data], add));
    });
  }
}

/**
 * Trains a model, a step at a time. A step can be shared among instances that are made alike; each calls
 *
 *     while (trainer.begin()) {
 *       while (trainer.run(part, parts)); // may be left, and something else done, after each call
 *       for (let side = 1; side < parts; side *= 2) trainer.add(partialOf(part ^ side));
 *       trainer.finish();
 *     }
 *
 * where `partialOf` hands over its own `partial()` and brings that of the other, as it is after as many additions. All
 * then have the same weights, to the bit those of any number of parts. With `training: 'sequence'` part 0 alone has
 * something to do.
 */
export class CoreTrainer extends Handle {
  /**
   * @param {Core} core
   * @param {Float32Array | Float32Array[]} clips samples of a sound, or of each clip of one
   * @param {options.StftOptions & options.TrainerOptions} [given]
   * @param {CoreModel} [initial] whose weights replace the initialiser
   */
  constructor(core, clips, given, initial) {
    const config = options.settle('training', given, { ...options.stftDefaults, ...options.trainerDefaults });
    const layers = Int32Array.from(options.list('layers', config.layers, options.integer));
    const numbers = options.pack(options.trainer, config);
    const corpus = new CoreCorpus(core, clips, config);
    try {
      const make = (/** @type {number[]} */ ...[numbersAt, layersAt]) =>
        core.abi.lodestone_trainer_create(
          corpus.pointer,
          numbersAt,
          numbers.length,
          layersAt,
          layers.length,
          initial?.pointer ?? 0,
        );
      super(core, 'trainer', core.lend([numbers, layers], make));
    } finally {
      corpus.dispose();
    }
  }

  /** One step, all parts of it; returns its loss, NaN where training is over. */
  step() {
    return this.core.abi.lodestone_trainer_step(this.pointer);
  }

  /** Starts on the next pass, a step or at an epoch's end the windows held out; false where training is over. */
  begin() {
    return this.core.abi.lodestone_trainer_begin(this.pointer) === 1;
  }

  /**
   * Works on a part of the pass for some milliseconds; true while more of it is left. Nothing but `finish` changes what
   * has been learned.
   * @param {number} part
   * @param {number} parts 1, 2, 4 or 8
   */
  run(part, parts) {
    return this.core.abi.lodestone_trainer_run(this.pointer, part, parts) === 1;
  }

  /**
   * What this trainer has summed: a view that dies when memory grows. Of windows held out it is short; before the first
   * pass as long as it can be.
   */
  partial() {
    const { abi } = this.core;
    const at = abi.lodestone_trainer_partial(this.pointer) >>> 0;
    return new Float32Array(abi.memory.buffer, at, abi.lodestone_trainer_partial_size(this.pointer) >>> 0);
  }

  /**
   * Adds what another trainer has summed.
   * @param {Float32Array} other as long as `partial()`
   */
  add(other) {
    this.core.lend([other], (pointer) => this.core.abi.lodestone_trainer_add(this.pointer, pointer));
  }

  /** Ends the pass: learns, or notes the held-out loss. Returns the loss of the pass. */
  finish() {
    return this.core.abi.lodestone_trainer_finish(this.pointer);
  }

  /** @returns {TrainingStatus} */
  status() {
    const { abi } = this.core;
    const at = abi.lodestone_trainer_status(this.pointer) >>> 0;
    const numbers = new Float64Array(abi.memory.buffer, at, options.statusNames.length);
    /** @type {any} */
    const status = Object.fromEntries(options.statusNames.map((name, i) => [name, numbers[i]]));
    return { ...status, ending: options.names.endings[status.ending] };
  }

  /** All that training goes on from; a pass that was not finished counts as not begun. */
  state() {
    this.core.check(this.core.abi.lodestone_trainer_state(this.pointer));
    return this.core.bytes();
  }

  /**
   * Takes up the state of a trainer that was made alike, and goes on to the same bits.
   * @param {Uint8Array} state
   */
  restore(state) {
    const { abi } = this.core;
    const take = (/** @type {number} */ pointer) => abi.lodestone_trainer_restore(this.pointer, pointer, state.length);
    this.core.check(this.core.lend([state], take));
  }

  /** Mean loss of each whole epoch. */
  get losses() {
    this.core.abi.lodestone_trainer_losses(this.pointer);
    return Array.from(this.core.floats());
  }

  /** Held-out loss of each whole epoch; empty without validation. */
  get validationLosses() {
    this.core.abi.lodestone_trainer_validation_losses(this.pointer);
    return Array.from(this.core.floats());
  }

  /** The model so far, to be disposed of by itself. A pass that was not finished has to begin again. */
  model() {
    return new CoreModel(this.core, this.core.abi.lodestone_trainer_model(this.pointer));
  }
}
