// Statistics of samples: quantiles, ratios of pairs, bootstrap intervals.
import { ascending, median, quantileSorted } from 'd3-array';
import { randomInt, randomLcg } from 'd3-random';

/**
 * @typedef {{ value: number, low: number, high: number }} Estimate low and high: a 95 % interval
 * @typedef {{ start: number, value: number }} Timed a value and when it was taken
 * @typedef {{ median: number, min: number, p5: number, p95: number, p999: number }} Summary
 */

const resamples = 1000;

/** The median of at least one number. @param {ArrayLike<number>} values */
export const medianOf = (values) => /** @type {number} */ (median(Array.from(values)));

/**
 * Quantiles between two samples are interpolated linearly.
 * @param {number[]} values at least one
 * @returns {Summary}
 */
export function summary(values) {
  const sorted = values.slice().sort(ascending);
  const at = (/** @type {number} */ p) => /** @type {number} */ (quantileSorted(sorted, p));
  return { median: at(0.5), min: sorted[0], p5: at(0.05), p95: at(0.95), p999: at(0.999) };
}

/**
 * Pairs each sample of the shorter list with the nearest in time of the longer, using each once: a longer disturbance of
 * the machine affects both and does not change their ratio.
 * @param {Timed[]} a in order of time
 * @param {Timed[]} b in order of time
 * @returns {number[]} a ÷ b for each pair
 */
export function pairRatios(a, b) {
  if (a.length > b.length) return pairRatios(b, a).map((ratio) => 1 / ratio);
  const ratios = [];
  let next = 0;
  for (const [i, sample] of a.entries()) {
    const distance = (/** @type {number} */ j) => Math.abs(b[j].start - sample.start);
    const last = b.length - (a.length - i); // leaves one for each sample still to come
    while (next < last && distance(next + 1) <= distance(next)) ++next;
    ratios.push(sample.value / b[next++].value);
  }
  return ratios;
}

/**
 * A statistic of one or several lists with its 95 % percentile bootstrap interval (Efron and Tibshirani, An Introduction to the
 * Bootstrap, 1993, chapter 13). The generator is seeded: the same samples give the same interval.
 * @param {number[][]} lists each is resampled independently; none is empty
 * @param {(lists: number[][]) => number} statistic
 * @returns {Estimate}
 */
export function bootstrap(lists, statistic) {
  const random = randomLcg(0.5);
  const draws = lists.map((list) => randomInt.source(random)(list.length));
  const values = Array.from({ length: resamples }, () =>
    statistic(lists.map((list, i) => Array.from(list, () => list[draws[i]()]))),
  );
  values.sort(ascending);
  return {
    value: statistic(lists),
    low: /** @type {number} */ (quantileSorted(values, 0.025)),
    high: /** @type {number} */ (quantileSorted(values, 0.975)),
  };
}

/** The median with its interval. @param {number[]} values */
export const medianEstimate = (values) => bootstrap([values], ([list]) => medianOf(list));
