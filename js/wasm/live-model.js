import { Handle } from './handle.js';

/** @typedef {import('./memory.js').Core} Core */
/** @typedef {import('./model.js').CoreModel} CoreModel */

/** The form of a model that a player reads. Its bytes are only valid for this release; do not store them. */
export class CoreLiveModel extends Handle {
  /**
   * @param {Core} core
   * @param {CoreModel} model is copied
   */
  constructor(core, model) {
    super(core, 'live_model', core.abi.lodestone_live_model_create(model.pointer));
  }

  /** The bytes for `new CorePlayer`, in this or another instance. */
  bytes() {
    this.core.abi.lodestone_live_model_bytes(this.pointer);
    return this.core.bytes();
  }
}
