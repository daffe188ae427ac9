import { LodestoneError } from '../errors.js';
import * as options from '../options.js';
import { createFrom, Handle } from './handle.js';

/** @typedef {import('./memory.js').Core} Core */

/** A phase pipeline: a preset or a list of stages. */
export class CorePhase extends Handle {
  /**
   * @param {Core} core
   * @param {options.PhaseOptions} [given]
   */
  constructor(core, given) {
    const config = options.settle('phase reconstruction', given, options.phaseDefaults);
    super(core, 'phase', createFrom(core, 'lodestone_phase_create', options.phase, config));
    try {
      this.#fill(config);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** @param {options.PhaseOptions} config */
  #fill({ preset, stages }) {
    if (stages !== undefined && preset !== undefined) {
      throw new LodestoneError('invalid-argument', 'give preset or stages, not both');
    }
    if (stages !== undefined) this.#addStages(stages);
    else {
      const number = options.choice('preset', preset ?? options.phasePresets[0], options.phasePresets);
      this.core.abi.lodestone_phase_preset(this.pointer, number);
    }
  }

  /** @param {options.PhaseStage[]} stages */
  #addStages(stages) {
    if (!Array.isArray(stages)) throw new LodestoneError('invalid-argument', 'stages must be a list of stages');
    for (const given of stages) {
      const numbers = options.pack(options.stage, options.settle('a phase stage', given, options.stageDefaults));
      const add = (/** @type {number} */ at) =>
        this.core.abi.lodestone_phase_add_stage(this.pointer, at, numbers.length);
      this.core.check(this.core.lend([numbers], add));
    }
  }
}
