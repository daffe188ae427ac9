// A player whose work a Worker does, with CorePlayer's face. A fixed number of blocks goes round between the two: the
// audio thread plays what the Worker has rendered into a block and in each sample's place leaves the input's, adds the
// controls at the block's end and sends it off to be rendered. So sound comes exactly `count` blocks after the controls
// that shape it, and the Worker may be late by nearly as much before anyone hears it.

import { controlNames, meterNames } from '../options.js';
import { PortLink, RingLink } from '../threads/ring.js';

/**
 * What a block holds before its samples. On the way to the Worker: the controls, the quality, whether there is input;
 * on the way back: the meter, the Worker's share of real time.
 */
export const header = {
  quality: controlNames.length,
  isDriven: controlNames.length + 1,
  share: meterNames.length,
  length: Math.max(controlNames.length + 2, meterNames.length + 1),
};

export class RemotePlayer {
  /** Quanta that were silent since the Worker was late. */
  underruns = 0;
  /** Of real time that the Worker's work takes, a mean of 2 s. */
  share = 0;

  #size;
  /** @type {RingLink | PortLink | null} */
  #link = null;
  /** @type {Float32Array | null} */
  #block = null;
  #at = 0;
  #isDriven = 0;
  #settings = new Float32Array(header.length);
  #meter = new Float64Array(meterNames.length);

  /** @param {import('./worker-engine.js').RingSize} size */
  constructor(size) {
    this.#size = size;
  }

  /** @param {MessagePort} port to the Worker, which sends two rings or else blocks */
  connect(port) {
    const { length, count } = this.#size;
    const link = new PortLink(port, count);
    port.onmessage = ({ data }) => {
      if (Array.isArray(data)) this.#link = new RingLink(data[0], data[1], header.length + length);
      else {
        this.#link = link;
        link.receive(data);
      }
    };
  }

  /**
   * Silence, which is counted, where the Worker is late. Audio thread.
   * @param {Float32Array} output
   * @param {Float32Array} [input]
   */
  process(output, input) {
    for (let done = 0; done < output.length;) {
      if (!this.#block && !this.#take()) {
        for (; done < output.length; ++done) output[done] = 0;
        if (this.#link) ++this.underruns;
      } else done = this.#exchange(output, input, done);
    }
  }

  /**
   * Moves a control, from the next block on.
   * @param {number} index in `controlNames`
   * @param {number} value
   */
  setControl(index, value) {
    this.#settings[index] = value;
  }

  /** @param {number} level as CorePlayer has it */
  setQuality(level) {
    this.#settings[header.quality] = level;
  }

  /** The numbers of `meterNames`, the ring counted among the latencies. */
  meter() {
    return this.#meter;
  }

  #take() {
    const block = (this.#block = this.#link?.take() ?? null);
    if (!block) return false;
    const { length, count } = this.#size;
    for (let i = 0; i < this.#meter.length; ++i) this.#meter[i] = block[i] + (i < 3 ? length * count : 0);
    this.share = block[header.share];
    this.#at = header.length;
    this.#isDriven = 0;
    return true;
  }

  /**
   * Goes on with the block, to its end at most.
   * @param {Float32Array} output
   * @param {Float32Array | undefined} input
   * @param {number} done samples of them that are
   */
  #exchange(output, input, done) {
    const block = /** @type {Float32Array} */ (this.#block);
    let at = this.#at;
    for (; done < output.length && at < block.length; ++done, ++at) {
      output[done] = block[at];
      block[at] = input ? input[done] : 0;
    }
    if (input) this.#isDriven = 1;
    this.#at = at;
    if (at === block.length) this.#give(block);
    return done;
  }

  /** @param {Float32Array} block */
  #give(block) {
    this.#settings[header.isDriven] = this.#isDriven;
    block.set(this.#settings);
    this.#link?.give(block);
    this.#block = null;
  }
}
