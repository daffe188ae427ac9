// Questions and answers over a port: `[id, method, ...arguments]` one way, `[id]` or `[id, failure]` the other, where
// an id is a number. What is said unasked is `[name, value]`.

import { LodestoneError } from '../errors.js';

/** The name of the Workers that play. */
export const playerName = 'lodestone player';

/**
 * What crosses a port; an Error would lose its code.
 * @typedef {{code: import('../errors.js').LodestoneErrorCode, message: string}} Failure
 */

/**
 * A MessagePort, a Worker, or a Worker's scope.
 * @typedef {{postMessage: (message: any, transfer?: any) => void, onmessage: any}} Port
 */

/**
 * @param {unknown} error
 * @returns {Failure}
 */
export function failureOf(error) {
  const { code, message } = /** @type {LodestoneError} */ (error);
  return { code: code ?? 'processor-error', message };
}

/** @param {Failure} failure */
export const errorOf = ({ code, message }) => new LodestoneError(code, message);

/**
 * Answers what comes over `port` by the action of that name, when its promise is fulfilled if it gives one.
 * @param {Port} port
 * @param {Record<string, (...args: any[]) => unknown>} actions
 */
export function answer(port, actions) {
  port.onmessage = async (/** @type {MessageEvent} */ { data: [id, method, ...args] }) => {
    try {
      await actions[method](...args);
      port.postMessage([id]);
    } catch (error) {
      port.postMessage([id, failureOf(error)]);
    }
  };
}

/** The side that asks. */
export class Questions {
  #port;
  #asked = 0;
  /** @type {Map<number, {resolve: () => void, reject: (reason: LodestoneError) => void}>} */
  #open = new Map();
  /** @type {LodestoneError | null} */
  #ended = null;

  /**
   * @param {Port} port
   * @param {Record<string, (value: any) => void>} [unasked] what to do with what is said unasked
   */
  constructor(port, unasked = {}) {
    this.#port = port;
    port.onmessage = (/** @type {MessageEvent} */ { data: [id, value] }) => {
      if (typeof id === 'string') return unasked[id](value);
      const { resolve, reject } = this.#open.get(id) ?? {};
      this.#open.delete(id);
      if (value) reject?.(errorOf(value));
      else resolve?.();
    };
  }

  /**
   * @param {string} method
   * @param {unknown[]} [args]
   * @param {Transferable[]} [transfer]
   * @returns {Promise<void>} rejects with a LodestoneError; may be left alone
   */
  ask(method, args = [], transfer = []) {
    const id = ++this.#asked;
    /** @type {Promise<void>} */
    const answered = new Promise((resolve, reject) => {
      if (this.#ended) throw this.#ended;
      this.#open.set(id, { resolve, reject });
      this.#port.postMessage([id, method, ...args], transfer);
    });
    answered.catch(() => {});
    return answered;
  }

  /**
   * There will be no more answers: what is open fails, and what is asked from now on.
   * @param {LodestoneError} reason
   */
  end(reason) {
    this.#ended ??= reason;
    for (const { reject } of this.#open.values()) reject(reason);
    this.#open.clear();
  }
}
