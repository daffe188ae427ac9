// A player whose work is done by a Worker, with CorePlayer's interface. A fixed number of blocks circulates between the
// two: the audio thread plays the samples that the Worker has rendered into a block, replacing each with one of the
// input's, then sets the controls and sends the block back to be rendered. So sound always comes exactly `count` blocks
// after the controls that shape it, and the Worker can be late by nearly as much before it is heard.

import { controlNames, meterNames } from '../options.js';
import { Remote } from '../threads/remote.js';
import { PortLink, RingLink } from '../threads/ring.js';

/**
 * A block's header: positions and length. On its way to the Worker it holds the controls, the quality and whether there
 * is input; on its way back, the meter and the Worker's load.
 */
export const header = {
  quality: controlNames.length,
  isDriven: controlNames.length + 1,
  share: meterNames.length,
  length: Math.max(controlNames.length + 2, meterNames.length + 1),
};

export class RemotePlayer {
  /** Quanta that were silent because the Worker was late. */
  underruns = 0;
  /** The Worker's load, as a share of real time, averaged over 2 s. */
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

  /** @param {MessagePort} port to the Worker, which sends either two rings or blocks */
  connect(port) {
    const { length, count } = this.#size;
    const link = new PortLink(port, count, [0, 'render']);
    new Remote(port, {
      rings: ([incoming, outgoing]) => (this.#link = new RingLink(incoming, outgoing, header.length + length)),
      block: (block) => {
        this.#link = link;
        link.receive(block);
      },
    });
  }

  /**
   * Fills `output`, on the audio thread. If the Worker is late, fills it with silence and counts an underrun.
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
   * Sets a control from the next block on.
   * @param {number} index in `controlNames`
   * @param {number} value
   */
  setControl(index, value) {
    this.#settings[index] = value;
  }

  /** @param {number} level see CorePlayer */
  setQuality(level) {
    this.#settings[header.quality] = level;
  }

  /** The values of `meterNames`; the latencies include the ring. */
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
   * Continues with the current block, at most to its end.
   * @param {Float32Array} output
   * @param {Float32Array | undefined} input
   * @param {number} done number of samples already done
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
