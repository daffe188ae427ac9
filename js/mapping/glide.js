import { scaled } from './outputs.js';

/** An output on its way: it follows its target with a time constant and changes linearly within a quantum. */
export class Glide {
  #output;
  #base;
  #keep;
  #share = NaN;
  #level = 0;

  /**
   * @param {Pick<import('./outputs.js').Output, 'min' | 'max' | 'isLogarithmic' | 'smoothing'> & {base: number}} output
   *   `base` is what its parameter adds
   * @param {number} quantum seconds
   */
  constructor(output, quantum) {
    this.#output = output;
    this.#base = output.base;
    this.#keep = output.smoothing > 0 ? Math.exp(-quantum / output.smoothing) : 0;
  }

  /** Where it is, 0 to 1; NaN before there was a target. */
  get share() {
    return this.#share;
  }

  /**
   * @param {Float32Array} samples to fill
   * @param {number} target 0 to 1; NaN for none yet
   */
  fill(samples, target) {
    const isFirst = Number.isNaN(this.#share);
    if (!Number.isNaN(target)) this.#share = isFirst ? target : target + (this.#share - target) * this.#keep;
    if (Number.isNaN(this.#share)) return;
    const level = scaled(this.#output, this.#share) - this.#base;
    const step = isFirst ? 0 : (level - this.#level) / samples.length;
    for (let i = 0; i < samples.length; ++i) samples[i] = level - step * (samples.length - 1 - i);
    this.#level = level;
  }
}
