// What the synchronous parts of the API share: one compiled module and one instance, made when first asked for.

import { Core } from './core.js';
import { compile } from './loader.js';

/** @type {Promise<WebAssembly.Module> | undefined} */
let module;

/** @type {Promise<Core> | undefined} */
let core;

/**
 * Fetches and compiles the core, which otherwise happens when it is first needed; a page may call it early. With a
 * source, everything made from then on uses that: a compiled module, bytes, or where lodestone.wasm lies.
 * @param {import('./loader.js').ModuleSource} [source]
 * @returns {Promise<WebAssembly.Module>} to hand to an AudioWorklet
 */
export function prepare(source) {
  if (source !== undefined || module === undefined) {
    const compiling = compile(source);
    module = compiling;
    core = undefined;
    compiling.catch(() => {
      if (module === compiling) module = undefined; // so that another try may work
    });
  }
  return module;
}

/** @returns {Promise<Core>} */
export function sharedCore() {
  core ??= prepare().then((ready) => new Core(ready));
  core.catch(() => (core = undefined));
  return core;
}
