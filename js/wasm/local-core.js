// Instances of the core for the parts of the API that work on the thread of the page.

import { Core } from './instance.js';
import { prepare } from './modules.js';

/** @type {WeakMap<WebAssembly.Module, Core>} */
const cores = new WeakMap();

/** @param {WebAssembly.Module} module */
export function coreOf(module) {
  const core = cores.get(module) ?? new Core(module);
  cores.set(module, core);
  return core;
}

export const completeCore = async () => coreOf(await prepare());
