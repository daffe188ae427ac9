// A synthesiser's workload whose output reveals every loss: it computes a bank of the paper's oscillators, and outputs a
// count. For both pages and AudioWorklets.

import { stubs } from '../../js/wasm/loader.js';

/** Counts go from 1 to this and start again: so 0 is silence, and counts ÷ this are exact in single precision. */
export const countPeriod = 65536;

/** About a tenth of a core. */
const oscillators = 256;
const blockLength = 128;

const clock = globalThis.performance ?? Date; // AudioWorklets have no performance.now()

export class CountedSource {
  #oscillatorBlock;
  #count = 0;
  #gaps = new Float64Array(16384);
  #calls = 0;
  #lastCall = 0;

  /** @param {WebAssembly.Module} module the oscillator */
  constructor(module) {
    const exports = /** @type {any} */ (new WebAssembly.Instance(module, stubs(module)).exports);
    exports._initialize?.();
    this.#oscillatorBlock = exports.oscillator_block;
  }

  /** The count of the next sample. */
  get next() {
    return this.#count + 1;
  }

  /** @param {Float32Array} output whole blocks */
  process(output) {
    this.#noteCall();
    for (let done = 0; done < output.length; done += blockLength) {
      for (let i = 0; i < oscillators; ++i) this.#oscillatorBlock(440);
    }
    for (let i = 0; i < output.length; ++i) {
      output[i] = ++this.#count / countPeriod;
      if (this.#count === countPeriod) this.#count = 0;
    }
  }

  /** Milliseconds from one call to the next since the last query: 95th percentile and maximum. */
  gaps() {
    const sorted = this.#gaps.slice(0, this.#calls).sort();
    this.#calls = 0;
    return { p95: sorted[Math.floor(0.95 * sorted.length)], longest: sorted[sorted.length - 1] };
  }

  #noteCall() {
    const now = clock.now();
    if (this.#calls < this.#gaps.length) this.#gaps[this.#calls++] = now - this.#lastCall;
    this.#lastCall = now;
  }
}
