// Six functions to learn from noisy examples, such as a performer would record.

import { randomLcg, randomNormal } from 'd3-random';

/**
 * @typedef {{ inputs: number[][], targets: number[][] }} Rows
 * @typedef {object} Task
 * @property {string} name
 * @property {number} rows to learn from
 * @property {number} noise standard deviation, added to the targets
 * @property {[low: number, high: number][]} ranges of the inputs
 * @property {(x: number[]) => number[]} of the targets, 0 to 1
 */

const { sin, cos, exp, hypot, log10, PI } = Math;
const step = (/** @type {number} */ x) => 1 / (1 + exp(-x));
/** @type {[number, number]} */
const unit = [0, 1];

/** @type {Task[]} */
export const tasks = [
  {
    name: 'smooth: 2 → 1, 100 rows',
    rows: 100,
    noise: 0.02,
    ranges: [unit, unit],
    of: ([x, y]) => [0.5 + 0.25 * sin(2 * PI * x) + 0.2 * cos(PI * (x + 2 * y))],
  },
  {
    name: 'steep: 2 → 1, 150 rows',
    rows: 150,
    noise: 0.02,
    ranges: [unit, unit],
    of: ([x, y]) => [0.1 + 0.8 * step(25 * (hypot(x - 0.5, y - 0.5) - 0.3))],
  },
  {
    name: 'several outputs: 4 → 6, 200 rows',
    rows: 200,
    noise: 0.02,
    ranges: [unit, unit, unit, unit],
    of: ([a, b, c, d]) => [
      a * b,
      step(8 * (c - d)),
      0.5 + 0.4 * sin(3 * a + 2 * d),
      (a + c) / 2,
      b * b,
      exp(-3 * c * d),
    ],
  },
  {
    name: 'few rows: 2 → 2, 20 rows',
    rows: 20,
    noise: 0.03,
    ranges: [unit, unit],
    of: ([x, y]) => [0.2 + 0.6 * x * (1 - y), 0.5 + 0.4 * sin(2 * x + y)],
  },
  {
    // Friedman 1991, "Multivariate adaptive regression splines", eq. 61, as a share of its range; five of ten inputs matter.
    name: 'Friedman 1: 10 → 1, 500 rows',
    rows: 500,
    noise: 0.03,
    ranges: Array(10).fill(unit),
    of: ([a, b, c, d, e]) => [(10 * sin(PI * a * b) + 20 * (c - 0.5) ** 2 + 10 * d + 5 * e) / 30],
  },
  {
    name: 'unlike scales, one constant: 5 → 2, 150 rows',
    rows: 150,
    noise: 0.02,
    ranges: [
      [0, 1e-3],
      [20, 20000],
      [-1, 1],
      [7, 7],
      [0, 127],
    ],
    of: ([a, b, c, , d]) => [0.5 + 0.4 * sin(2000 * a + c), (log10(b / 20) / 3) * (d / 127)],
  },
];

/** @param {Task} task @param {() => number} source @param {number} count @param {number} noise @returns {Rows} */
function draw({ ranges, of }, source, count, noise) {
  const normal = randomNormal.source(source)(0, noise);
  const inputs = Array.from({ length: count }, () => ranges.map(([low, high]) => low + (high - low) * source()));
  const clamp = (/** @type {number} */ value) => Math.min(1, Math.max(0, value));
  return { inputs, targets: inputs.map((row) => of(row).map((value) => (noise ? clamp(value + normal()) : value))) };
}

/** Noisy rows to learn from and exact ones to be tested with. @param {Task} task @param {number} seed */
export function examplesOf(task, seed) {
  const source = randomLcg(seed / 1000);
  return { learn: draw(task, source, task.rows, task.noise), test: draw(task, source, 500, 0) };
}

/**
 * Root mean square error as a share of the targets' range; NaN if a prediction is.
 * @param {number[][]} predictions
 * @param {number[][]} targets
 */
export function errorOf(predictions, targets) {
  let sum = 0;
  for (const [i, row] of targets.entries())
    for (const [k, target] of row.entries()) sum += (predictions[i][k] - target) ** 2;
  return Math.sqrt(sum / (targets.length * targets[0].length));
}
