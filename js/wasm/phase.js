import { LodestoneError } from '../errors.js';
import * as options from '../options.js';
import { Handle } from './handle.js';

/** @typedef {import('./instance.js').Core} Core */

/** A phase pipeline: a preset or a list of stages. */
export class CorePhase extends Handle {
  /**
   * @param {Core} core
   * @param {options.PhaseOptions} [given]
   */
  constructor(core, given) {
    const config = options.settle('phase reconstruction', given, options.phaseDefaults);
    super(core, 'phase', core.abi.lodestone_phase_create());
    try {
      this.#fill(config);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** @param {options.PhaseOptions} config */
  #fill({ preset, stages, lookAhead, weightRange }) {
    const { abi } = this.core;
    if (stages === undefined) this.#usePreset(preset ?? 'best');
    else if (preset !== undefined) throw new LodestoneError('invalid-argument', 'give preset or stages, not both');
    else this.#addStages(stages);
    if (lookAhead !== undefined) {
      abi.lodestone_phase_set_look_ahead(this.pointer, options.integer('lookAhead', lookAhead));
    }
    if (weightRange !== undefined) {
      abi.lodestone_phase_set_weight_range(this.pointer, options.integer('weightRange', weightRange));
    }
  }

  /** @param {string} preset */
  #usePreset(preset) {
    const name = Uint8Array.from(String(preset), (letter) => letter.charCodeAt(0));
    this.core.check(
      this.core.lend([name], (pointer) => this.core.abi.lodestone_phase_preset(this.pointer, pointer, name.length)),
    );
  }

  /** @param {options.PhaseStage[]} stages */
  #addStages(stages) {
    if (!Array.isArray(stages)) throw new LodestoneError('invalid-argument', 'stages must be a list of stages');
    for (const given of stages) {
      const stage = options.settle('a phase stage', given, options.stageDefaults);
      this.core.check(
        this.core.abi.lodestone_phase_add_stage(
          this.pointer,
          options.choice('method', stage.method, options.names.methods),
          options.integer('iterations', stage.iterations),
          options.number('alpha', stage.alpha),
          options.number('beta', stage.beta),
          options.number('gamma', stage.gamma),
          options.number('momentum', stage.momentum),
        ),
      );
    }
  }
}
