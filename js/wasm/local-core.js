// Instances of the modules for the parts of the API that work on the page's own thread.

import { Core } from './memory.js';

/** @type {WeakMap<WebAssembly.Module, Core>} */
const cores = new WeakMap();

/** @param {Promise<WebAssembly.Module>} loading */
export async function localCore(loading) {
  const module = await loading;
  const core = cores.get(module) ?? new Core(module);
  cores.set(module, core);
  return core;
}
