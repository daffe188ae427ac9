// Calls from one thread to another over a port. A call is `[id, method, ...arguments]`, its answer
// `[id, failure, result]`; a call with id 0 gets no answer. The side that serves calls also sends events: `[name, value]`.

import { LodestoneError } from '../errors.js';

/**
 * An error as it crosses a port; as an Error it would lose its code.
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

/** @type {WeakMap<object, Transferable[]>} */
const transfers = new WeakMap();

/**
 * Marks a method's result: its buffers are transferred instead of copied.
 * @template {object} T
 * @param {T} result
 * @param {Transferable[]} buffers
 */
export function transferring(result, buffers) {
  transfers.set(result, buffers);
  return result;
}

/**
 * From now on, serves the calls that arrive at `port` with these methods. A call is answered when the promise that its
 * method returns resolves or rejects.
 * @param {Port} port
 * @param {Record<string, (...args: any[]) => any>} methods
 */
export function serve(port, methods) {
  port.onmessage = async (/** @type {MessageEvent} */ { data: [id, method, ...args] }) => {
    try {
      const result = await methods[method](...args);
      if (id !== 0) port.postMessage([id, null, result], transfers.get(result) ?? []);
    } catch (error) {
      if (id !== 0) port.postMessage([id, failureOf(error)]);
    }
  };
}

/** The side that calls. */
export class Remote {
  #port;
  #last = 0;
  /** @type {Map<number, {resolve: (result: any) => void, reject: (reason: unknown) => void}>} */
  #open = new Map();
  /** @type {{reason: unknown} | null} */
  #ended = null;

  /**
   * @param {Port} port
   * @param {Record<string, (value: any) => void>} [events]
   */
  constructor(port, events = {}) {
    this.#port = port;
    port.onmessage = (/** @type {MessageEvent} */ { data: [id, value, result] }) => {
      if (this.#ended) return; // Node still delivers messages from a thread that has been stopped
      if (typeof id === 'string') return events[id](value);
      const { resolve, reject } = this.#open.get(id) ?? {};
      this.#open.delete(id);
      if (value) reject?.(errorOf(value));
      else resolve?.(result);
    };
  }

  /**
   * @param {string} method
   * @param {unknown[]} [args]
   * @param {Transferable[]} [transfer]
   * @returns {Promise<any>} rejects with a LodestoneError; may be ignored
   */
  call(method, args = [], transfer = []) {
    const id = ++this.#last;
    const answered = new Promise((resolve, reject) => {
      if (this.#ended) throw this.#ended.reason;
      this.#open.set(id, { resolve, reject });
      this.#post([id, method, ...args], transfer);
    });
    answered.catch(() => {});
    return answered;
  }

  /**
   * A call that needs no answer.
   * @param {string} method
   * @param {unknown[]} [args]
   * @param {Transferable[]} [transfer]
   */
  tell(method, args = [], transfer = []) {
    this.#post([0, method, ...args], transfer);
  }

  /**
   * Ends it: there are no more answers or events; open calls and all further ones fail.
   * @param {unknown} reason
   * @returns {boolean} false if it had already ended
   */
  end(reason) {
    if (this.#ended) return false;
    this.#ended = { reason };
    for (const { reject } of this.#open.values()) reject(reason);
    this.#open.clear();
    return true;
  }

  /**
   * @param {any[]} message
   * @param {Transferable[]} transfer
   */
  #post(message, transfer) {
    try {
      this.#port.postMessage(message, transfer);
    } catch (error) {
      throw new LodestoneError('invalid-argument', `${message[1]}: ${/** @type {Error} */ (error).message}`);
    }
  }
}
