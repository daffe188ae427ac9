import { scaled } from './outputs.js';

/**
 * Outputs on their way: each follows its target with a time constant and changes linearly within a quantum. Numbers are
 * kept in arrays, because as fields and arguments they would become garbage.
 */
export class Glides {
  #outputs;
  #keep;
  #levels;

  /**
   * @param {(import('./outputs.js').Range & {smoothing: number, base: number})[]} outputs `base` is what the parameter adds
   * @param {number} quantum seconds
   */
  constructor(outputs, quantum) {
    this.#outputs = outputs;
    this.#keep = Float64Array.from(outputs, ({ smoothing }) => (smoothing > 0 ? Math.exp(-quantum / smoothing) : 0));
    this.#levels = new Float64Array(outputs.length);
    /** Where they go, 0 to 1; NaN for nowhere yet. */
    this.targets = new Float64Array(outputs.length).fill(NaN);
    /** Where they are, 0 to 1; NaN before there was a target. */
    this.shares = new Float64Array(outputs.length).fill(NaN);
  }

  /**
   * @param {Float32Array} samples to fill
   * @param {number} k which output
   */
  fill(samples, k) {
    const { targets, shares } = this;
    if (Number.isNaN(targets[k]) && Number.isNaN(shares[k])) return;
    const isFirst = Number.isNaN(shares[k]);
    if (isFirst) shares[k] = targets[k];
    else if (!Number.isNaN(targets[k])) shares[k] = targets[k] + (shares[k] - targets[k]) * this.#keep[k];
    const level = scaled(this.#outputs[k], shares[k]) - this.#outputs[k].base;
    const step = isFirst ? 0 : (level - this.#levels[k]) / samples.length;
    for (let i = 0; i < samples.length; ++i) samples[i] = level - step * (samples.length - 1 - i);
    this.#levels[k] = level;
  }
}
