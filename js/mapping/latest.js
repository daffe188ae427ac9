// Passes blocks of floats from one thread to another when only the latest counts: through shared memory in a page that is
// isolated, otherwise in two buffers that are sent back and forth. Neither way creates arrays once it is set up.

/**
 * One end of a channel, which can be transferred to the thread that opens it.
 * @typedef {SharedArrayBuffer | MessagePort} End
 */

/**
 * The ends of a new channel for blocks of this length.
 * @param {number} length
 * @returns {{writing: End, reading: End, transfer: (end: End) => Transferable[]}}
 */
export function latestChannel(length) {
  if (globalThis.crossOriginIsolated) {
    const memory = new SharedArrayBuffer(4 + 4 * length);
    return { writing: memory, reading: memory, transfer: () => [] };
  }
  const { port1, port2 } = new MessageChannel();
  return { writing: port1, reading: port2, transfer: (end) => [/** @type {MessagePort} */ (end)] };
}

/**
 * @param {End} end
 * @param {number} length
 * @param {number} [interval] minimum time between two messages in ms; what is written meanwhile replaces what waits
 */
export const openWriter = (end, length, interval = 0) =>
  'byteLength' in end ? new SharedWriter(end) : new PortWriter(end, length, interval);

/**
 * @param {End} end
 * @param {Float32Array} block which `read` fills
 */
export const openReader = (end, block) =>
  'byteLength' in end ? new SharedReader(end, block) : new PortReader(end, block);

/** The counter is odd while a block is being written. */
class SharedWriter {
  /** @type {Int32Array} */
  #count;
  #values;

  /** @param {SharedArrayBuffer} memory */
  constructor(memory) {
    this.#count = new Int32Array(memory, 0, 1);
    this.#values = new Float32Array(memory, 4);
  }

  /** @param {Float32Array} values */
  write(values) {
    Atomics.add(this.#count, 0, 1);
    this.#values.set(values);
    Atomics.add(this.#count, 0, 1);
  }

  close() {}
}

class SharedReader {
  /** @type {Int32Array} */
  #count;
  #values;
  #block;
  #last = 0;

  /**
   * @param {SharedArrayBuffer} memory
   * @param {Float32Array} block
   */
  constructor(memory, block) {
    this.#count = new Int32Array(memory, 0, 1);
    this.#values = new Float32Array(memory, 4);
    this.#block = block;
  }

  /** Fills the block if there is something new; while it is being written, the next call will see it. */
  read() {
    const count = Atomics.load(this.#count, 0);
    if (count === this.#last || count % 2 !== 0) return false;
    this.#block.set(this.#values);
    this.#last = Atomics.load(this.#count, 0) === count ? count : this.#last;
    return this.#last === count;
  }

  close() {}
}

class PortWriter {
  #port;
  #interval;
  #waiting;
  #isWaiting = false;
  /** @type {Float32Array<ArrayBuffer>[]} */
  #spare;
  /** @type {Transferable[]} */
  #transfer = [];
  #sent = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {MessagePort} port
   * @param {number} length
   * @param {number} interval
   */
  constructor(port, length, interval) {
    this.#port = port;
    this.#interval = interval;
    this.#waiting = new Float32Array(length);
    this.#spare = [new Float32Array(length), new Float32Array(length)];
    port.onmessage = ({ data }) => {
      this.#spare.push(data);
      this.#send();
    };
  }

  /** @param {Float32Array} values */
  write(values) {
    this.#waiting.set(values);
    this.#isWaiting = true;
    this.#send();
  }

  close() {
    if (this.#timer !== undefined) clearTimeout(this.#timer); // the audio thread has no timers
    this.#port.close();
  }

  #send = () => {
    if (!this.#isWaiting || this.#spare.length === 0) return;
    if (this.#interval > 0 && !this.#isTime()) return;
    const block = /** @type {Float32Array<ArrayBuffer>} */ (this.#spare.pop());
    block.set(this.#waiting);
    this.#isWaiting = false;
    this.#transfer[0] = block.buffer;
    this.#port.postMessage(block, this.#transfer);
  };

  #isTime() {
    const left = this.#sent + this.#interval - performance.now();
    clearTimeout(this.#timer);
    if (left > 0) this.#timer = setTimeout(this.#send, left);
    else this.#sent = performance.now();
    return left <= 0;
  }
}

class PortReader {
  #port;
  #isNew = false;

  /**
   * @param {MessagePort} port
   * @param {Float32Array} block
   */
  constructor(port, block) {
    this.#port = port;
    port.onmessage = ({ data }) => {
      block.set(data);
      this.#isNew = true;
      port.postMessage(data, [data.buffer]);
    };
  }

  read() {
    const isNew = this.#isNew;
    this.#isNew = false;
    return isNew;
  }

  close() {
    this.#port.close();
  }
}
