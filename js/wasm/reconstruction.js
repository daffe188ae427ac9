import { checkFrames } from './frames.js';
import { Handle } from './handle.js';
import { CorePhase } from './phase.js';
import { CoreStft } from './whole-stft.js';

/** @typedef {import('./memory.js').Core} Core */
/** @typedef {import('./frames.js').Frames} Frames */
/** @typedef {import('../options.js').PhaseOptions} PhaseOptions */
/** @typedef {import('../options.js').StftOptions} StftOptions */

/** Reconstructs the phases of a whole signal, a slice at a time. */
export class CoreReconstruction extends Handle {
  #length;

  /**
   * @param {Core} core
   * @param {Frames} magnitudes
   * @param {StftOptions} [stftOptions] those of the magnitudes
   * @param {PhaseOptions} [phaseOptions]
   * @param {Frames} [start] complex frames of the same shape, whose phases to start from
   */
  constructor(core, magnitudes, stftOptions, phaseOptions, start) {
    const stft = new CoreStft(core, stftOptions);
    let phase;
    try {
      phase = new CorePhase(core, phaseOptions);
      const { frames, data, length } = checkFrames('magnitudes', magnitudes, stft.bins, 1);
      const startData = start ? checkFrames('start', start, stft.bins, 2, frames).data : null;
      const phasePointer = phase.pointer;
      const make = (/** @type {number[]} */ ...[dataAt, startAt]) =>
        core.abi.lodestone_reconstruction_create(stft.pointer, dataAt, frames, length, phasePointer, startAt);
      super(core, 'reconstruction', core.lend([data, startData], make));
      this.#length = length;
    } finally {
      phase?.dispose();
      stft.dispose();
    }
  }

  /** Works for a few milliseconds; returns true when all stages are done. */
  step() {
    return this.core.abi.lodestone_reconstruction_step(this.pointer) === 1;
  }

  /** 0 to 1. */
  get progress() {
    return this.core.abi.lodestone_reconstruction_progress(this.pointer);
  }

  /** The complex spectrum so far. */
  spectrum() {
    this.core.abi.lodestone_reconstruction_spectrum(this.pointer);
    return this.core.frames(2, this.#length);
  }
}
