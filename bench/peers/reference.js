// The network in plain JavaScript and double precision, written for clarity: every library must predict the same.

import { batchNorm, bins } from './network.js';

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** `matrix [rows, vector.length]` times `vector`, added to `sums`; four partial sums, to shorten the chain of additions. */
function addProduct(sums, matrix, vector) {
  const columns = vector.length;
  for (let row = 0, at = 0; row < sums.length; ++row, at += columns) {
    let [a, b, c, d] = [0, 0, 0, 0];
    let j = 0;
    for (; j + 4 <= columns; j += 4) {
      a += matrix[at + j] * vector[j];
      b += matrix[at + j + 1] * vector[j + 1];
      c += matrix[at + j + 2] * vector[j + 2];
      d += matrix[at + j + 3] * vector[j + 3];
    }
    for (; j < columns; ++j) a += matrix[at + j] * vector[j];
    sums[row] += a + b + (c + d);
  }
}

/** Mean and biased variance over rows of frames, per bin. */
export function statistics(frames, rows) {
  const mean = new Float64Array(bins);
  const variance = new Float64Array(bins);
  for (const row of rows) for (let j = 0; j < bins; ++j) mean[j] += frames[row * bins + j] / rows.length;
  for (const row of rows) {
    for (let j = 0; j < bins; ++j) variance[j] += (frames[row * bins + j] - mean[j]) ** 2 / rows.length;
  }
  return { mean, variance };
}

export class Reference {
  /**
   * @param {Record<string, Float32Array>} weights by their names in PyTorch's state_dict
   * @param {number[]} layers hidden sizes
   */
  constructor(weights, layers) {
    this.weights = weights;
    this.layers = layers;
    this.norm = { mean: weights['batch_norm.running_mean'], variance: weights['batch_norm.running_var'] };
    this.reset();
  }

  /** Zero states. */
  reset() {
    this.hidden = this.layers.map((units) => new Float64Array(units));
    this.cell = this.layers.map((units) => new Float64Array(units));
  }

  /** Takes a frame, the states carried on. */
  step(frame) {
    let input = this.#normalised(frame);
    this.layers.forEach((_, layer) => (input = this.#lstm(layer, input)));
  }

  /** The prediction `[bins]` after the frames so far. */
  prediction() {
    const output = Float64Array.from(this.weights['fc.bias']);
    addProduct(output, this.weights['fc.weight'], this.hidden.at(-1));
    return output;
  }

  /** The prediction after a list of frames, from a zero state. */
  predict(frames) {
    this.reset();
    for (const frame of frames) this.step(frame);
    return this.prediction();
  }

  #normalised(frame) {
    const { mean, variance } = this.norm;
    const scale = this.weights['batch_norm.weight'];
    const shift = this.weights['batch_norm.bias'];
    return Float64Array.from(
      frame,
      (value, j) => ((value - mean[j]) / Math.sqrt(variance[j] + batchNorm.eps)) * scale[j] + shift[j],
    );
  }

  #lstm(layer, input) {
    const units = this.layers[layer];
    const of = (kind) => this.weights[`lstm.${kind}_l${layer}`];
    const gates = Float64Array.from(of('bias_ih'), (bias, i) => bias + of('bias_hh')[i]);
    addProduct(gates, of('weight_ih'), input);
    addProduct(gates, of('weight_hh'), this.hidden[layer]);
    const cell = this.cell[layer];
    this.hidden[layer] = this.hidden[layer].map((_, j) => {
      const [i, f, g, o] = [0, 1, 2, 3].map((gate) => gates[gate * units + j]);
      cell[j] = sigmoid(f) * cell[j] + sigmoid(i) * Math.tanh(g);
      return sigmoid(o) * Math.tanh(cell[j]);
    });
    return this.hidden[layer];
  }
}
