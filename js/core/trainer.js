import * as options from '../options.js';
import { Handle } from './handle.js';
import { CoreModel } from './model.js';
import { CoreStft } from './stft.js';

/** @typedef {import('./instance.js').Core} Core */

/** Trains a model, a step at a time. */
export class CoreTrainer extends Handle {
  /**
   * @param {Core} core
   * @param {Float32Array} samples
   * @param {options.StftOptions & options.TrainerOptions} [given]
   * @param {CoreModel} [initial] whose weights replace the initialiser
   */
  constructor(core, samples, given, initial) {
    const config = options.settle('training', given, { ...options.stftDefaults, ...options.trainerDefaults });
    const data = options.floats('samples', samples);
    const layers = Int32Array.from(options.list('layers', config.layers, options.integer));
    const numbers = [
      options.integer('sequence', config.sequence),
      options.choice('training', config.training, options.names.trainings),
      options.integer('batch', config.batch),
      options.integer('run', config.run),
      options.integer('stretch', config.stretch),
      options.number('learningRate', config.learningRate),
      options.number('weightDecay', config.weightDecay),
      options.number('clipNorm', config.clipNorm),
      options.number('validation', config.validation),
      options.choice('scale', config.scale, options.names.scales),
      options.choice('initialiser', config.initialiser, options.names.initialisers),
      options.seed('seed', config.seed),
      options.flag('impulses', config.impulses),
    ];
    const stft = new CoreStft(core, options.pick(config, options.stftDefaults));
    try {
      const make = (/** @type {number[]} */ ...[samplesAt, layersAt]) =>
        core.abi.lodestone_trainer_create(
          stft.pointer,
          samplesAt,
          data.length,
          layersAt,
          layers.length,
          ...numbers,
          initial?.pointer ?? 0,
        );
      super(core, 'trainer', core.lend([data, layers], make));
    } finally {
      stft.dispose();
    }
  }

  /** One step; returns its loss. */
  step() {
    return this.core.abi.lodestone_trainer_step(this.pointer);
  }

  /** Whole epochs done. */
  get epoch() {
    return this.core.abi.lodestone_trainer_epoch(this.pointer);
  }

  /** Steps done. */
  get stepCount() {
    return this.core.abi.lodestone_trainer_step_count(this.pointer);
  }

  get stepsPerEpoch() {
    return this.core.abi.lodestone_trainer_steps_per_epoch(this.pointer);
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

  /** The model so far, to be disposed of by itself. */
  model() {
    return new CoreModel(this.core, this.core.abi.lodestone_trainer_model(this.pointer));
  }
}
