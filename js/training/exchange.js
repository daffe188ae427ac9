// How the workers of a training add up their partial sums. In round r each worker swaps its sum with the worker whose
// number differs in bit r, and adds that to its own. After log2(parts) rounds all have the same sum, to the bit: that
// of a balanced tree, whatever the number of workers.

import { Inbox } from './inbox.js';

/** @typedef {import('./control.js').Control} Control */

/**
 * What is summed: `partial` returns this worker's part, `add` adds another's to it.
 * @typedef {object} Summand
 * @property {() => Float32Array} partial
 * @property {(other: Float32Array) => void} add
 */

/**
 * @typedef {object} Exchange
 * @property {(summand: Summand) => Promise<void>} sum
 */

/** Swaps arrays by transfer, over one port per round; works without cross-origin isolation. */
export class PortExchange {
  #links;
  #control;

  /**
   * @param {MessagePort[]} ports to the partner of each round
   * @param {Control} control of this worker
   */
  constructor(ports, control) {
    this.#control = control;
    this.#links = ports.map((port) => ({ port, inbox: new Inbox(), spare: new Float32Array() }));
    for (const { port, inbox } of this.#links) port.onmessage = ({ data }) => inbox.put(data);
  }

  /** @param {Summand} summand */
  async sum(summand) {
    for (const link of this.#links) {
      const own = summand.partial();
      const copy = link.spare.length === own.length ? link.spare : new Float32Array(own.length);
      copy.set(own);
      link.port.postMessage(copy, [copy.buffer]);
      link.spare = await this.#control.unlessStopped(link.inbox.next()); // the other's array is sent back the next time
      summand.add(link.spare);
    }
  }
}

/** @typedef {{slots: Float32Array[], counters: Int32Array}} SharedMemory a slot and two counters per worker */

/** Milliseconds that a worker waits for its partner before it handles messages. */
const patience = 50;

/** Swaps arrays in shared memory, which only cross-origin isolated pages have. */
export class SharedExchange {
  /** @type {SharedMemory} */
  #memory;
  /** @type {number} */
  #part;
  /** @type {Control} */
  #control;
  /** @type {number} */
  #swaps = 0;

  /**
   * @param {number} parts number of workers
   * @param {number} length maximum number of values
   * @returns {SharedMemory}
   */
  static memory(parts, length) {
    const slots = Array.from({ length: parts }, () => new Float32Array(new SharedArrayBuffer(4 * length)));
    return { slots, counters: new Int32Array(new SharedArrayBuffer(8 * parts)) };
  }

  /**
   * @param {SharedMemory} memory the same for all workers
   * @param {number} part this worker's number
   * @param {Control} control of this worker
   */
  constructor(memory, part, control) {
    this.#memory = memory;
    this.#part = part;
    this.#control = control;
  }

  /** @param {Summand} summand */
  async sum(summand) {
    const { slots } = this.#memory;
    for (let bit = 1; bit < slots.length; bit *= 2) {
      const partner = this.#part ^ bit;
      const own = summand.partial();
      slots[this.#part].set(own);
      await this.#meet(2 * this.#part, 2 * partner); // both have written
      summand.add(slots[partner].subarray(0, own.length));
      await this.#meet(2 * this.#part + 1, 2 * partner + 1); // both have read, and may write again
      this.#swaps += 1;
    }
  }

  /**
   * Increments this worker's counter and waits until the other's has caught up.
   * @param {number} mine
   * @param {number} theirs
   */
  async #meet(mine, theirs) {
    const { counters } = this.#memory;
    Atomics.store(counters, mine, (this.#swaps + 1) | 0);
    Atomics.notify(counters, mine);
    for (;;) {
      const there = Atomics.load(counters, theirs);
      if (((there - this.#swaps) | 0) > 0) return;
      if (Atomics.wait(counters, theirs, there, patience) === 'timed-out') await this.#control.pulse();
    }
  }
}
