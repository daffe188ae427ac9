import { names } from '../options.js';
import { Handle } from './handle.js';
import { CoreLiveModel } from './live-model.js';

/** @typedef {import('./memory.js').Core} Core */

/** A trained model: everything needed to play the sound. */
export class CoreModel extends Handle {
  /**
   * @param {Core} core
   * @param {Uint8Array | number} source a model file, or the handle of a model
   */
  constructor(core, source) {
    const read = (/** @type {Uint8Array} */ file) => {
      core.input(file);
      return core.abi.lodestone_model_read(file.length);
    };
    super(core, 'model', typeof source === 'number' ? source : read(source));
  }

  /**
   * The model file.
   * @param {{folded?: boolean}} [options] folded: without components
   */
  toBytes({ folded = false } = {}) {
    this.core.check(this.core.abi.lodestone_model_write(this.pointer, folded ? 1 : 0));
    return this.core.bytes();
  }

  /** The form that a player reads; see CoreLiveModel. */
  liveBytes() {
    const live = new CoreLiveModel(this.core, this);
    try {
      return live.bytes();
    } finally {
      live.dispose();
    }
  }

  /** The training frames that the model keeps, as magnitudes: `[frames, bins]`. */
  trainingFrames() {
    this.core.check(this.core.abi.lodestone_model_training_frames(this.pointer));
    return this.core.floats();
  }

  get config() {
    this.core.abi.lodestone_model_config(this.pointer);
    const [size, windowSize, hop, window, framing, sampleRate, sequence, scale, group, impulses, ...layers] =
      this.core.doubles();
    return {
      size,
      windowSize,
      hop,
      window: names.windows[window],
      framing: names.framings[framing],
      sampleRate,
      layers,
      sequence,
      scale: names.scales[scale],
      group,
      /** How many training frames the model keeps, from which dreams start. */
      impulses,
    };
  }

  /** Mean training loss of each epoch. */
  get losses() {
    this.core.abi.lodestone_model_losses(this.pointer);
    return Array.from(this.core.floats());
  }

  /** Held-out loss of each epoch; empty without validation. */
  get validationLosses() {
    this.core.abi.lodestone_model_validation_losses(this.pointer);
    return Array.from(this.core.floats());
  }
}
