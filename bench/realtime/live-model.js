import { Core, CoreLiveModel, CoreModel } from '../../js/core.js';

/** A model file as a player takes it. @param {WebAssembly.Module} module @param {Uint8Array} file */
export function liveModel(module, file) {
  const core = new Core(module); // and its memory goes with it
  return new CoreLiveModel(core, new CoreModel(core, file)).bytes();
}
