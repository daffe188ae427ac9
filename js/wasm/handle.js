import { LodestoneError } from '../errors.js';
import { pack } from '../options.js';

/** @typedef {import('./instance.js').Instance} Instance */

/**
 * An object in the memory of an instance.
 * @template {Instance} [Of=import('./memory.js').Core]
 */
export class Handle {
  #pointer;
  #kind;

  /**
   * @param {Of} core
   * @param {string} kind as in the names of its functions, for example `player`
   * @param {number} pointer 0 if creating it failed
   */
  constructor(core, kind, pointer) {
    if (pointer === 0) throw core.failure();
    this.core = core;
    this.#pointer = pointer;
    this.#kind = kind;
  }

  get pointer() {
    if (this.#pointer !== 0) return this.#pointer;
    throw new LodestoneError('invalid-argument', `this ${this.#kind.replaceAll('_', ' ')} has been disposed of`);
  }

  /** Frees its memory; does nothing the second time. */
  dispose() {
    if (this.#pointer !== 0) this.core.abi[`lodestone_${this.#kind}_destroy`](this.#pointer);
    this.#pointer = 0;
  }
}

/**
 * Calls a function of the C ABI that creates an object from a configuration; returns its pointer, or 0.
 * @param {Instance} core
 * @param {string} create its name
 * @param {import('../facts.js').Facts} table
 * @param {object} config
 * @returns {number}
 */
export function createFrom(core, create, table, config) {
  const numbers = pack(table, config);
  return core.lend([numbers], (pointer) => core.abi[create](pointer, numbers.length));
}
