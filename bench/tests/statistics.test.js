// The benchmarks' statistics find what was put into synthetic times, and nothing else.

import assert from 'node:assert/strict';
import test from 'node:test';
import { randomLcg, randomLogNormal, randomNormal } from 'd3-random';
import { changePoints } from '../change-points.js';
import { bootstrap, medianEstimate, medianOf, pairRatios, summary } from '../statistics.js';
import { steadyState } from '../steady-state.js';

/** Times of mean 1 with 5 % of skewed noise, times a level that depends on the index. */
function times(count, seed, level = () => 1) {
  const noise = randomLogNormal.source(randomLcg(seed))(0, 0.05);
  return Array.from({ length: count }, (_, i) => level(i) * noise());
}

const seeds = Array.from({ length: 50 }, (_, i) => (i + 0.5) / 50);

test('quantiles are those of numpy', () => {
  // numpy.percentile([15, 20, 35, 40, 50], [50, 5, 95, 99.9])
  const { median, min, p5, p95, p999 } = summary([40, 15, 50, 35, 20]);
  assert.deepEqual([median, min], [35, 15]);
  assert.ok(Math.abs(p5 - 16) < 1e-9 && Math.abs(p95 - 48) < 1e-9 && Math.abs(p999 - 49.96) < 1e-9);
});

test('pairs are the samples nearest in time', () => {
  const at = (start, value) => ({ start, value });
  const sparse = [at(10, 6), at(30, 8)];
  const dense = [at(0, 9), at(11, 3), at(20, 9), at(31, 2), at(40, 9)];
  assert.deepEqual(pairRatios(sparse, dense), [2, 4]);
  assert.deepEqual(pairRatios(dense, sparse), [1 / 2, 1 / 4]);
  assert.deepEqual(pairRatios([at(50, 1), at(60, 1)], [at(0, 2), at(1, 4)]), [1 / 2, 1 / 4]); // each used once
});

test('a disturbance of both at once does not change the ratio of pairs', () => {
  const burst = (i) => (i % 40 < 25 ? 1 : 3);
  const a = times(200, 0.1, burst).map((value, i) => ({ start: 2 * i, value: 0.5 * value }));
  const b = times(200, 0.7, burst).map((value, i) => ({ start: 2 * i + 1, value }));
  const { value, low, high } = medianEstimate(pairRatios(a, b));
  assert.ok(Math.abs(value - 0.5) < 0.01, `${value}`);
  assert.ok(low > 0.48 && low < value && value < high && high < 0.52, `${low} to ${high}`);
});

test('a 95 % interval contains the true value about 95 times in 100, and is reproducible', () => {
  let held = 0;
  for (let i = 0; i < 200; ++i) {
    const draw = randomNormal.source(randomLcg((i + 0.5) / 200))(10, 1);
    const { low, high } = medianEstimate(Array.from({ length: 40 }, draw));
    held += low <= 10 && 10 <= high;
  }
  assert.ok(held >= 180 && held <= 199, `${held} of 200`); // binomial: 190 ± 3 standard deviations
  const list = times(30, 0.3);
  assert.deepEqual(medianEstimate(list), medianEstimate(list));
  // The standard error of the mean of n normal samples is 1/√n: the interval is ± 1.96 of it.
  const draw = randomNormal.source(randomLcg(0.9))(0, 1);
  const mean = ([values]) => values.reduce((sum, value) => sum + value) / values.length;
  const { low, high } = bootstrap([Array.from({ length: 400 }, draw)], mean);
  assert.ok(Math.abs((high - low) / (2 * 1.96 * 0.05) - 1) < 0.15, `${high - low}`);
});

test('change points: found where they are', () => {
  const levels = (i) => (i < 30 ? 3 : i < 100 ? 1.3 : 1);
  for (const seed of seeds) {
    const found = changePoints(times(200, seed, levels));
    for (const [i, at] of [30, 100].entries()) assert.ok(Math.abs(found[i] - at) <= 2, `${found}, not 30, 100`);
  }
});

test('change points: noise alone has none', () => {
  for (const count of [20, 50, 200]) {
    const alarms = seeds.filter((seed) => changePoints(times(count, seed)).length > 0).length;
    assert.ok(alarms <= 3, `${alarms} of ${seeds.length} at ${count} samples`);
  }
});

test('change points: a change of the spread alone is one', () => {
  const draw = randomNormal.source(randomLcg(0.2))(0, 1);
  const found = changePoints(Array.from({ length: 200 }, (_, i) => 10 + (i < 100 ? 0.1 : 1) * draw()));
  assert.ok(found.length === 1 && Math.abs(found[0] - 100) <= 5, `${found}`);
});

test('change points: without noise each run of equal values is a segment', () => {
  const values = [5, 5, 5, 5, 2, 2, 2, 2, 2, 9, 9, 9, 9, 9, 9];
  assert.deepEqual(changePoints(values, { penalty: 1 }), [4, 9]);
  assert.deepEqual(changePoints([1, 1, 1, 1, 1, 1, 1, 1]), []);
  assert.deepEqual(changePoints([1, 2]), []);
});

test('the steady state begins where the warm-up ends', () => {
  for (const seed of seeds) {
    const { from } = steadyState(times(200, seed, (i) => (i < 20 ? 4 : i < 50 ? 1.5 : 1)));
    assert.ok(from !== null && Math.abs(from - 50) <= 2, `${from}`);
  }
  const early = seeds.map((seed) => steadyState(times(200, seed)).from);
  assert.ok(early.filter((from) => from === 0).length >= 48, `${early}`);
});

test('a pause of the machine does not end a steady state', () => {
  const { from } = steadyState(times(200, 0.4, (i) => (i >= 120 && i < 132 ? 2 : 1)));
  assert.equal(from, 0);
});

test('no steady state: a drift, a late change, too few samples', () => {
  for (const seed of seeds) {
    assert.equal(steadyState(times(200, seed, (i) => 1 + i / 100)).from, null);
    assert.equal(steadyState(times(200, seed, (i) => (i < 150 ? 1 : 1.5))).from, null);
    assert.equal(steadyState(times(200, seed, (i) => (i < 170 ? 1 : 1.5))).from, null);
  }
  assert.match(steadyState([1, 1, 1]).reason, /3 samples/);
});

test('medians', () => assert.equal(medianOf([4, 1, 3, 2]), 2.5));
