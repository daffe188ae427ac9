// The WebAssembly modules that the whole API shares, each fetched and compiled when it is first needed.

import { files } from './files.js';
import { compile } from './loader.js';

/**
 * - `player` plays models
 * - `lodestone` plays too, and learns and generates
 * - `analysis` makes spectra, analyses and reconstructs phases
 * @typedef {'player' | 'lodestone' | 'analysis'} ModuleName
 */

/** @type {Map<ModuleName, Promise<WebAssembly.Module>>} */
const modules = new Map();

/**
 * Fetches and compiles a module ahead of time; everything made afterwards uses it. Nothing needs this: a module is
 * fetched when something first needs it. But a page that will learn or generate can say so before it plays, and then
 * loads lodestone.wasm alone.
 * @param {import('./loader.js').ModuleSource} [source] a compiled module, bytes, or where the file is; dist/NAME.wasm
 * @param {ModuleName} [name] `lodestone`
 * @returns {Promise<WebAssembly.Module>} to hand to an AudioWorklet
 */
export function prepare(source, name = 'lodestone') {
  const found = modules.get(name);
  if (found && source === undefined) return found;
  const compiling = compile(source ?? files[name]());
  modules.set(name, compiling);
  compiling.catch(() => {
    if (modules.get(name) === compiling) modules.delete(name); // so that another try may work
  });
  return compiling;
}

/** The module that plays: lodestone.wasm if the page has asked for it, which plays too, otherwise player.wasm. */
export const playingModule = () => prepare(undefined, playingModuleName());

/** @returns {ModuleName} */
export const playingModuleName = () => (modules.has('lodestone') ? 'lodestone' : 'player');
