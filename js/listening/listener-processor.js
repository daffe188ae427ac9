// The audio thread's side of listening: collects what it hears into blocks and hands them to the Worker that learns.

import { Processor } from '../nodes/processor.js';
import { serve } from '../threads/remote.js';
import { PortLink, Ring } from '../threads/ring.js';
import { blockCount, blockLength } from './blocks.js';

/**
 * @typedef {object} ListenerProcessorOptions
 * @property {SharedArrayBuffer} [memory] made by `ringMemory`, in an isolated page
 */

/** Its input is mixed to one channel by the graph; it has no output. */
export class ListenerProcessor extends Processor {
  /** @type {Ring | null} */
  #ring = null;
  /** @type {PortLink | null} */
  #link = null;
  #block = new Float32Array(blockLength);
  #filled = 0;
  #isActive = true;

  /** @param {{processorOptions: ListenerProcessorOptions}} options */
  constructor({ processorOptions: { memory } }) {
    super();
    if (memory) this.#ring = new Ring(memory, blockLength);
    serve(this.port, {
      connect: (/** @type {MessagePort} */ port) => this.#connect(port),
      dispose: () => (this.#isActive = false),
    });
  }

  /** @param {Float32Array[][]} inputs */
  process(inputs) {
    if (!this.#isActive) return false;
    const input = inputs[0][0];
    if (!input) return true; // nothing is connected
    this.#block.set(input, this.#filled);
    this.#filled += input.length;
    if (this.#filled < blockLength) return true;
    this.#filled = 0;
    if (this.#ring) this.#ring.write(this.#block);
    else this.#hand();
    return true;
  }

  /** @param {MessagePort} port to the Worker, which returns the blocks; used without shared memory */
  #connect(port) {
    const link = new PortLink(port, blockCount, [0, 'hear']);
    for (let i = 0; i < blockCount; ++i) link.receive(new Float32Array(blockLength));
    serve(port, { giveBack: (/** @type {Float32Array} */ block) => link.receive(block) });
    this.#link = link;
  }

  #hand() {
    const block = this.#link?.take();
    if (!block) return;
    block.set(this.#block);
    /** @type {PortLink} */ (this.#link).give(block);
  }
}
