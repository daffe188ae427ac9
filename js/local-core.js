// Instances of the core for the synchronous parts of the API on the thread of the page.

import { Core } from './core/instance.js';
import { moduleFor, prepare } from './shared.js';

/** @type {WeakMap<Promise<WebAssembly.Module>, Promise<Core>>} */
const cores = new WeakMap();

/** @param {Promise<WebAssembly.Module>} module */
function coreOf(module) {
  const core = cores.get(module) ?? module.then((ready) => new Core(ready));
  cores.set(module, core);
  core.catch(() => cores.delete(module)); // so that another try may work
  return core;
}

/** An instance of the complete core. */
export const completeCore = () => coreOf(prepare());

/** An instance of the core for what takes no framing. */
export const sharedCore = () => coreOf(moduleFor());
