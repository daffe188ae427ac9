// The compiled modules that all of the API shares, each fetched when it is first asked for.

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
 * Does something with page.wasm; where that refuses without a word, with the complete core.
 * @template T
 * @param {(module: WebAssembly.Module) => T} use
 * @returns {Promise<Awaited<T>>}
 */
export async function withCore(use) {
  try {
    return await use(await smallestModule());
  } catch (error) {
    if (!isIncomplete(error)) throw error;
    return await use(await prepare());
  }
}

/** The complete core where `prepare` has been called, and else page.wasm. */
export const smallestModule = () => complete ?? pageModule();

/** Whether `prepare` has been called. */
export const isPrepared = () => complete !== undefined;

/**
 * Whether page.wasm refused it, so that it is worth another try with the complete core.
 * @param {unknown} error
 */
export const isIncomplete = (error) => /** @type {any} */ (error)?.code === 'incomplete';
