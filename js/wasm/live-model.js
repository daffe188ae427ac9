import { Handle } from './handle.js';

/** @typedef {import('./instance.js').Core} Core */
/** @typedef {import('./model.js').CoreModel} CoreModel */

/** A model as a player reads it. Its bytes are for instances of this release's modules, not for files. */
export class CoreLiveModel extends Handle {
  /**
   * @param {Core} core
   * @param {CoreModel} model what it needs of it is copied
   */
  constructor(core, model) {
    super(core, 'live_model', core.abi.lodestone_live_model_create(model.pointer));
  }

  /** What `new CorePlayer` takes, also in another instance. */
  bytes() {
    this.core.abi.lodestone_live_model_bytes(this.pointer);
    return this.core.bytes();
  }
}
