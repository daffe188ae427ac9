import * as options from '../options.js';
import * as facts from '../training/facts.js';
import { trainerDefaults } from '../training/learn-options.js';
import { Handle } from './handle.js';
import { CoreModel } from './model.js';

/** @typedef {import('./memory.js').Core} Core */

/** @typedef {import('../options.js').TrainingStatus} TrainingStatus */

/** In the order of TrainingNotice::Code. */
const noticeCodes = /** @type {const} */ (['rolled-back', 'stopped-early', 'varied']);

/**
 * Trains a model, a step at a time. Trainers constructed with the same arguments can share each step; each calls
 *
 *     while (trainer.begin()) {
 *       while (trainer.run(part, parts)); // other work can be done between calls
 *       for (let side = 1; side < parts; side *= 2) trainer.add(partialOf(part ^ side));
 *       trainer.finish();
 *     }
 *
 * where `partialOf` exchanges `partial()` with the other trainer, both after the same number of additions. All end up
 * with the same weights, to the bit, whatever the number of parts. With `training: 'sequence'` only part 0 has work.
 */
export class CoreTrainer extends Handle {
  /**
   * @param {Core} core
   * @param {Float32Array | Float32Array[]} clips samples of one clip, or of each clip
   * @param {options.StftOptions & options.TrainerOptions} [given]
   * @param {CoreModel} [initial] whose weights replace random initial ones
   */
  constructor(core, clips, given, initial) {
    const config = options.settle('training', given, { ...options.stftDefaults, ...trainerDefaults });
    const layers = Int32Array.from(options.list('layers', config.layers, options.integer));
    const numbers = [options.stft, facts.corpus, facts.trainer].map((table) => options.pack(table, config));
    const lists = [...numbers, layers];
    const make = (/** @type {number[]} */ ...places) => {
      const spans = places.flatMap((place, i) => [place, lists[i].length]);
      return core.abi.lodestone_trainer_create(...spans, initial?.pointer ?? 0);
    };
    super(core, 'trainer', core.lend(lists, make));
    try {
      this.#fill(clips);
      core.check(core.abi.lodestone_trainer_start(this.pointer));
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
        this.core.abi.lodestone_trainer_add_clip(this.pointer, pointer, data.length);
      this.core.check(this.core.lend([data], add));
    });
  }

  /** Runs one step, all parts of it, and returns its loss; NaN if training is over. */
  step() {
    return this.core.abi.lodestone_trainer_step(this.pointer);
  }

  /** Begins the next pass: a step or, after an epoch, the held-out windows. Returns false if training is over. */
  begin() {
    return this.core.abi.lodestone_trainer_begin(this.pointer) === 1;
  }

  /**
   * Works on a part of the pass for a few milliseconds; returns true if more is left. Weights only change in `finish`.
   * @param {number} part
   * @param {number} parts 1, 2, 4 or 8
   */
  run(part, parts) {
    return this.core.abi.lodestone_trainer_run(this.pointer, part, parts) === 1;
  }

  /**
   * This trainer's partial sum: a view that is detached when memory grows. It is shorter for held-out windows; before
   * the first pass it has its maximum length.
   */
  partial() {
    const { abi } = this.core;
    const at = abi.lodestone_trainer_partial(this.pointer) >>> 0;
    return new Float32Array(abi.memory.buffer, at, abi.lodestone_trainer_partial_size(this.pointer) >>> 0);
  }

  /**
   * Adds another trainer's partial sum.
   * @param {Float32Array} other of the same length as `partial()`
   */
  add(other) {
    this.core.lend([other], (pointer) => this.core.abi.lodestone_trainer_add(this.pointer, pointer));
  }

  /** Ends the pass: updates the weights, or records the held-out loss. Returns the loss of the pass. */
  finish() {
    return this.core.abi.lodestone_trainer_finish(this.pointer);
  }

  /** @returns {TrainingStatus} */
  status() {
    const { abi } = this.core;
    const at = abi.lodestone_trainer_status(this.pointer) >>> 0;
    const numbers = new Float64Array(abi.memory.buffer, at, facts.statusNames.length);
    /** @type {any} */
    const status = Object.fromEntries(facts.statusNames.map((name, i) => [name, numbers[i]]));
    return { ...status, ending: options.names.endings[status.ending] };
  }

  /**
   * What has happened since the last call, if it is worth telling the user.
   * @returns {{code: (typeof noticeCodes)[number], message: string} | undefined}
   */
  notice() {
    const code = this.core.abi.lodestone_trainer_notice(this.pointer);
    return code < 0 ? undefined : { code: noticeCodes[code], message: new TextDecoder().decode(this.core.bytes()) };
  }

  /** Everything needed to continue the training later; an unfinished pass is not included. */
  state() {
    this.core.check(this.core.abi.lodestone_trainer_state(this.pointer));
    return this.core.bytes();
  }

  /**
   * Restores the state of a trainer constructed with the same arguments, and continues to the same bits.
   * @param {Uint8Array} state
   */
  restore(state) {
    const { abi } = this.core;
    const take = (/** @type {number} */ pointer) => abi.lodestone_trainer_restore(this.pointer, pointer, state.length);
    this.core.check(this.core.lend([state], take));
  }

  /** Mean loss of each completed epoch. */
  get losses() {
    this.core.abi.lodestone_trainer_losses(this.pointer);
    return Array.from(this.core.floats());
  }

  /** Held-out loss of each completed epoch; empty without validation. */
  get validationLosses() {
    this.core.abi.lodestone_trainer_validation_losses(this.pointer);
    return Array.from(this.core.floats());
  }

  /** The model so far, which must be disposed of separately. An unfinished pass has to begin again. */
  model() {
    return new CoreModel(this.core, this.core.abi.lodestone_trainer_model(this.pointer));
  }
}
