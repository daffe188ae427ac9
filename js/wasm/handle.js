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
   * @param {string} kind the part of its functions' names that stands for it
   * @param {number} pointer null where making it failed
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

  /** Gives its memory back; a second time does nothing. */
  dispose() {
    if (this.#pointer !== 0) this.core.abi[`lodestone_${this.#kind}_destroy`](this.#pointer);
    this.#pointer = 0;
  }
}

/**
 * The handle that a function of the C ABI gives for a configuration, or 0.
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
