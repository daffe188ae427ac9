// The WebAssembly modules that the whole API shares, each fetched and compiled when it is first needed.

import { files } from './files.js';
import { compile } from './loader.js';

/**
 * - `player` plays models
 * - `lodestone` plays, learns and generates
 * - `analysis` computes spectra and features and reconstructs phases
 * - `mapping` maps inputs to outputs
 * @typedef {'player' | 'lodestone' | 'analysis' | 'mapping'} ModuleName
 */

/** @type {Map<ModuleName, Promise<WebAssembly.Module>>} */
const modules = new Map();

/**
 * Fetches and compiles a module ahead of time; everything created afterwards uses it. This is optional, as a module is
 * fetched when it is first needed. But a page that plays first and then learns or generates can prepare `lodestone` at
 * the start, and so load only this module.
 * @param {import('./loader.js').ModuleSource} [source] a compiled module, its bytes or its URL; default dist/NAME.wasm
 * @param {ModuleName} [name] default `lodestone`
 * @returns {Promise<WebAssembly.Module>} which can be passed to an AudioWorklet
 */
export function prepare(source, name = 'lodestone') {
  const found = modules.get(name);
  if (found && source === undefined) return found;
  const compiling = compile(source ?? files[name]());
  modules.set(name, compiling);
  compiling.catch(() => {
    if (modules.get(name) === compiling) modules.delete(name); // so that it can be tried again
  });
  return compiling;
}

/** The module for playing: lodestone.wasm if the page has already asked for it, otherwise player.wasm. */
export const playingModule = () => prepare(undefined, playingModuleName());

/** @returns {ModuleName} */
export const playingModuleName = () => (modules.has('lodestone') ? 'lodestone' : 'player');
