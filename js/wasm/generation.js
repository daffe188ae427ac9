import { LodestoneError } from '../errors.js';
import * as options from '../options.js';
import { Handle } from './handle.js';
import { CorePhase } from './phase.js';

/** @typedef {import('./memory.js').Core} Core */
/** @typedef {import('./model.js').CoreModel} CoreModel */

/** Generates a whole sound, a slice at a time. */
export class CoreGeneration extends Handle {
  /**
   * @param {Core} core
   * @param {CoreModel} model
   * @param {number} seconds
   * @param {options.DreamOptions} [dreamOptions]
   * @param {options.PhaseOptions} [phaseOptions]
   */
  constructor(core, model, seconds, dreamOptions, phaseOptions) {
    const length = options.number('seconds', seconds);
    const dream = new CoreDream(core, options.settle('a generation', dreamOptions, options.dreamDefaults));
    let phase;
    try {
      phase = new CorePhase(core, phaseOptions);
      const { abi } = core;
      super(core, 'generation', abi.lodestone_generation_create(model.pointer, dream.pointer, phase.pointer, length));
    } finally {
      phase?.dispose();
      dream.dispose();
    }
  }

  /** Works for a few milliseconds; returns true when the sound is ready. */
  step() {
    const state = this.core.abi.lodestone_generation_step(this.pointer);
    if (state < 0) throw this.core.failure();
    return state === 1;
  }

  /** 0 to 1. */
  get progress() {
    return this.core.abi.lodestone_generation_progress(this.pointer);
  }

  /** How often the network had to be restarted. */
  get reseeds() {
    return this.core.abi.lodestone_generation_reseeds(this.pointer);
  }

  /** The finished sound. */
  samples() {
    this.core.abi.lodestone_generation_samples(this.pointer);
    return this.core.floats();
  }
}

class CoreDream extends Handle {
  /**
   * @param {Core} core
   * @param {Required<options.DreamOptions>} config
   */
  constructor(core, config) {
    const points = Float64Array.from(options.list('points', config.points, options.number));
    const lengths = Int32Array.from(options.list('lengths', config.lengths, options.integer));
    if (points.length !== lengths.length) {
      throw new LodestoneError(
        'invalid-argument',
        `points has ${points.length} entries, lengths has ${lengths.length}; allowed: equally many`,
      );
    }
    const numbers = options.pack(options.dream, config);
    const make = (/** @type {number[]} */ ...[numbersAt, pointsAt, lengthsAt]) =>
      core.abi.lodestone_dream_create(numbersAt, numbers.length, pointsAt, lengthsAt, points.length);
    super(core, 'dream', core.lend([numbers, points, lengths], make));
  }
}
