// Statistics of the costs of many quanta.
import { max, mean, quantileSorted } from 'd3-array';
import { bootstrap } from '../statistics.js';

/** @import { Estimate } from '../statistics.js' */

const tail = 0.999;

/** @param {number[]} values */
const sorted = (values) => Array.from(Float64Array.from(values).sort());

/**
 * The mean cost as a share of the time that a quantum lasts, in percent, with the interval of the mean of the slots.
 * @param {number[][]} slots costs of the quanta of each slot
 * @param {number} lasts duration of a quantum, in the costs' unit
 * @returns {Estimate}
 */
export function meanShare(slots, lasts) {
  const means = slots.map((costs) => (100 * /** @type {number} */ (mean(costs))) / lasts);
  return bootstrap([means], ([list]) => /** @type {number} */ (mean(list)));
}

/**
 * The 99.9th percentile ÷ the median. The interval is that of the percentile by order statistics, which assumes nothing about the
 * distribution (Conover, Practical Nonparametric Statistics, 1999, section 3.2); that of the median is negligible.
 * @param {number[]} costs
 * @returns {Estimate}
 */
export function evenness(costs) {
  const all = sorted(costs);
  const at = (/** @type {number} */ p) => /** @type {number} */ (quantileSorted(all, Math.min(1, Math.max(0, p))));
  const spread = 1.96 * Math.sqrt((tail * (1 - tail)) / all.length);
  const [value, low, high] = [tail, tail - spread, tail + spread].map((p) => at(p) / at(0.5));
  return { value, low, high };
}

/** Where a curve of `exceedance` has its points: shares of the quanta, from all down to one in a million. */
const shares = Array.from({ length: 121 }, (_, i) => 10 ** (-i / 20));

/**
 * The share of the quanta that cost more than a given cost: [cost, share] for shares down to that of one quantum.
 * @param {number[]} costs
 * @returns {[number, number][]}
 */
export function exceedance(costs) {
  const all = sorted(costs);
  const possible = shares.filter((share) => share * all.length > 1 - 1e-9);
  return possible.map((share) => [/** @type {number} */ (quantileSorted(all, 1 - share)), share]);
}

/**
 * The most expensive quantum of each stretch of sound, [minutes of sound, cost].
 * @param {number[]} costs
 * @param {number} seconds that a quantum lasts
 * @param {number} [stretches]
 * @returns {[number, number][]}
 */
export function timeline(costs, seconds, stretches = 120) {
  const length = Math.ceil(costs.length / stretches);
  const starts = Array.from({ length: Math.ceil(costs.length / length) }, (_, i) => i * length);
  return starts.map((start) => [
    (start * seconds) / 60,
    /** @type {number} */ (max(costs.slice(start, start + length))),
  ]);
}

/** Quantiles for a table. @param {number[]} costs @param {number[]} at */
export function quantiles(costs, at) {
  const all = sorted(costs);
  return at.map((p) => /** @type {number} */ (quantileSorted(all, p)));
}
