// The compiled modules that all of the API shares, each fetched when it is first asked for.

import { isCommon } from './common.js';
import { files } from './files.js';
import { compile } from './loader.js';

/** @type {Promise<WebAssembly.Module> | undefined} lodestone.wasm */
let complete;

/** @type {Promise<WebAssembly.Module> | undefined} page.wasm */
let page;

/**
 * Fetches and compiles the complete core, lodestone.wasm, and has everything that is made from then on use it. Without
 * that, pages begin with page.wasm, the smaller part of it that learns, generates and plays with common framings, and
 * take the complete one when something asks for more. With a source it is that: a compiled module, bytes, or where
 * lodestone.wasm lies.
 * @param {import('./loader.js').ModuleSource} [source]
 * @returns {Promise<WebAssembly.Module>} to hand to an AudioWorklet
 */
export function prepare(source) {
  if (source !== undefined || complete === undefined) {
    const compiling = compile(source);
    complete = compiling;
    compiling.catch(() => {
      if (complete === compiling) complete = undefined; // so that another try may work
    });
  }
  return complete;
}

function pageModule() {
  page ??= compile(files.page());
  page.catch(() => (page = undefined));
  return page;
}

/**
 * The module for a framing and a way to find phases; without them, for what takes neither.
 * @param {import('./options.js').StftOptions} [framing]
 * @param {import('./options.js').PhaseOptions} [phase]
 * @returns {Promise<WebAssembly.Module>}
 */
export function moduleFor(framing, phase) {
  return complete ?? (isCommon(framing, phase) ? pageModule() : prepare());
}

/** Whether `prepare` has been called, so that `moduleFor` gives the complete core whatever it is for. */
export const isComplete = () => complete !== undefined;
