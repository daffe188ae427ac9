import { Core, CoreLiveModel, CoreModel } from '../../js/core.js';

/** The bytes that a player takes, from a model file. @param {WebAssembly.Module} module @param {Uint8Array} file */
export function liveModel(module, file) {
  const core = new Core(module); // its memory goes with it
  return new CoreLiveModel(core, new CoreModel(core, file)).bytes();
}
