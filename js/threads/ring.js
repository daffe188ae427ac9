// Blocks of floats, all of one length, between two threads. Through memory that both share nobody waits and no message is
// sent; where a page is not isolated, the blocks themselves are passed to and fro, and none is allocated anew.

/** Memory for a Ring of `count` blocks. */
export const ringMemory = (/** @type {number} */ length, /** @type {number} */ count) =>
  new SharedArrayBuffer(8 + 4 * length * count);

/**
 * A queue of blocks in shared memory. One thread writes and one reads; both methods are wait-free and allocate nothing.
 */
export class Ring {
  #blocks;
  /**
   * The next places to write and to read; twice as many places as blocks, so that a full ring differs from an empty one.
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
   * The writing thread: appends a copy of the block; false where the ring is full.
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
   * The reading thread: copies the oldest block and removes it; false where the ring is empty.
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

/** One end of two rings of shared memory. */
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

  /** The next block, to be given back before the next is taken; null where none has come. */
  take() {
    return this.#incoming.read(this.#block) ? this.#block : null;
  }

  /**
   * Sends a block on its way back.
   * @param {Float32Array} block of which the ring keeps a copy
   */
  give(block) {
    this.#outgoing.write(block);
  }
}

/** The audio thread's end of a MessagePort over which blocks are passed to and fro. */
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
   * @param {number} count most blocks on the way
   * @param {any[]} head what a message begins with, before its block: that of a call or of an event
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

  /** The next block; null where none has come. */
  take() {
    if (this.#filled === 0) return null;
    const block = this.#queue[this.#first];
    this.#first = (this.#first + 1) % this.#queue.length;
    --this.#filled;
    return block;
  }

  /** @param {Float32Array} block which is the other end's from now on */
  give(block) {
    this.#message[this.#message.length - 1] = block;
    this.#transfer[0] = block.buffer;
    this.#port.postMessage(this.#message, this.#transfer);
  }
}
