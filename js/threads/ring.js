// Passes blocks of floats, all of one length, between two threads. Through shared memory, neither thread waits and no
// messages are sent; in a page that is not isolated, the same blocks are sent back and forth. Neither way allocates.

/** Memory for a Ring of `count` blocks. */
export const ringMemory = (/** @type {number} */ length, /** @type {number} */ count) =>
  new SharedArrayBuffer(8 + 4 * length * count);

/**
 * A queue of blocks in shared memory. One thread writes and one reads; both methods are wait-free and allocate nothing.
 */
export class Ring {
  #blocks;
  /**
   * The next places to write and to read, modulo twice the number of blocks: so a full ring differs from an empty one.
   * @type {Uint32Array}
   */
  #places;

  /**
   * @param {SharedArrayBuffer} memory made by `ringMemory`
   * @param {number} length floats in a block
   */
  constructor(memory, length) {
    const count = (memory.byteLength - 8) / (4 * length);
    this.#places = new Uint32Array(memory, 0, 2);
    this.#blocks = Array.from({ length: count }, (_, i) => new Float32Array(memory, 8 + 4 * length * i, length));
  }

  /**
   * For the writing thread: appends a copy of the block; returns false if the ring is full.
   * @param {Float32Array} block
   */
  write(block) {
    const place = this.#places[0];
    const count = this.#blocks.length;
    if ((place - Atomics.load(this.#places, 1) + 2 * count) % (2 * count) === count) return false;
    this.#blocks[place % count].set(block);
    Atomics.store(this.#places, 0, (place + 1) % (2 * count));
    return true;
  }

  /**
   * For the reading thread: moves the oldest block into `block`; returns false if the ring is empty.
   * @param {Float32Array} block
   */
  read(block) {
    const place = this.#places[1];
    const count = this.#blocks.length;
    if (Atomics.load(this.#places, 0) === place) return false;
    block.set(this.#blocks[place % count]);
    Atomics.store(this.#places, 1, (place + 1) % (2 * count));
    return true;
  }
}

/** One end of a pair of rings in shared memory. */
export class RingLink {
  #incoming;
  #outgoing;
  #block;

  /**
   * @param {SharedArrayBuffer} incoming made by `ringMemory`; the other end's `outgoing`
   * @param {SharedArrayBuffer} outgoing
   * @param {number} length floats in a block
   */
  constructor(incoming, outgoing, length) {
    this.#incoming = new Ring(incoming, length);
    this.#outgoing = new Ring(outgoing, length);
    this.#block = new Float32Array(length);
  }

  /** The next block, which must be given back before another is taken; null if none has arrived. */
  take() {
    return this.#incoming.read(this.#block) ? this.#block : null;
  }

  /**
   * Sends a block on its way back.
   * @param {Float32Array} block which the ring copies
   */
  give(block) {
    this.#outgoing.write(block);
  }
}

/** The audio thread's end of a MessagePort over which blocks are sent back and forth. */
export class PortLink {
  #port;
  /** @type {(Float32Array | null)[]} */
  #queue;
  #first = 0;
  #filled = 0;
  /** @type {any[]} */
  #message;
  /** @type {Transferable[]} */
  #transfer = [];

  /**
   * @param {import('./remote.js').Port} port
   * @param {number} count maximum number of blocks on their way
   * @param {any[]} head what a message begins with, before its block, as a call or an event
   */
  constructor(port, count, head) {
    this.#port = port;
    this.#queue = new Array(count).fill(null);
    this.#message = [...head, null];
  }

  /** @param {Float32Array} block that has arrived */
  receive(block) {
    this.#queue[(this.#first + this.#filled++) % this.#queue.length] = block;
  }

  /** The next block; null if none has arrived. */
  take() {
    if (this.#filled === 0) return null;
    const block = this.#queue[this.#first];
    this.#first = (this.#first + 1) % this.#queue.length;
    --this.#filled;
    return block;
  }

  /** @param {Float32Array} block which now belongs to the other end */
  give(block) {
    this.#message[this.#message.length - 1] = block;
    this.#transfer[0] = block.buffer;
    this.#port.postMessage(this.#message, this.#transfer);
  }
}
