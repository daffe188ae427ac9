// Blocks of floats, all of one length, between the audio thread and a Worker. Through memory that both share nobody
// waits and no message is sent; where a page is not isolated, the blocks themselves travel, to and fro, and none is
// made anew.

import { RingBuffer } from 'ringbuf.js';

/** Memory for `count` blocks, which `RingLink` writes into at one end and reads at the other. */
export const ringMemory = (/** @type {number} */ length, /** @type {number} */ count) =>
  RingBuffer.getStorageForCapacity(length * count, Float32Array);

/** One end of two rings of shared memory. Each method is wait-free; one thread to an end. */
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
    this.#incoming = new RingBuffer(incoming, Float32Array);
    this.#outgoing = new RingBuffer(outgoing, Float32Array);
    this.#block = new Float32Array(length);
  }

  /** The next block, to be given back before the next is taken; null where none has come. */
  take() {
    const block = this.#block;
    if (this.#incoming.availableRead() < block.length) return null;
    this.#incoming.pop(block);
    return block;
  }

  /**
   * Sends a block on its way back.
   * @param {Float32Array} block of which the ring keeps a copy
   */
  give(block) {
    this.#outgoing.push(block);
  }
}

/** The audio thread's end of a MessagePort. */
export class PortLink {
  #port;
  /** @type {(Float32Array | null)[]} */
  #queue;
  #first = 0;
  #filled = 0;
  /** @type {Transferable[]} */
  #transfer = [];

  /**
   * @param {MessagePort} port whose other end sends blocks and gets them back
   * @param {number} count of blocks on the way at most
   */
  constructor(port, count) {
    this.#port = port;
    this.#queue = new Array(count).fill(null);
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
    this.#transfer[0] = block.buffer;
    this.#port.postMessage(block, this.#transfer);
  }
}
