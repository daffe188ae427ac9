// Finds where the distribution of a sequence of times changes.
//
// ED-PELT: a change is a split that raises the nonparametric likelihood of the segments' empirical distributions (Zou, Yin, Feng and
// Wang, Annals of Statistics 42, 2014) by more than a penalty; the best set of splits is found exactly by dynamic programming with
// pruning (Killick, Fearnhead and Eckley, JASA 107, 2012), with the likelihood summed over a few quantiles, denser in the
// tails (Haynes, Fearnhead and Eckley, Statistics and Computing 27, 2017). It does not assume a normal distribution, which run
// times never have, and also detects changes in spread.

/** n·ln n for n = 0, 1/2, 1 …: counts are kept doubled, since a sample equal to a quantile lies half below it. */
function halfEntropies(/** @type {number} */ length) {
  return Float64Array.from({ length: 2 * length + 1 }, (_, i) => (i === 0 ? 0 : (i / 2) * Math.log(i / 2)));
}

/** For each of the quantiles: twice the number of samples below it among the first t, t = 0 … n. @param {ArrayLike<number>} values */
function countsBelow(values) {
  const n = values.length;
  const sorted = Float64Array.from(values).sort();
  const number = Math.min(n, Math.ceil(4 * Math.log(n)));
  const c = Math.log(2 * n - 1);
  return Array.from({ length: number }, (_, k) => {
    const level = 1 / (1 + (2 * n - 1) * Math.exp((-c / number) * (2 * k + 1)));
    const quantile = sorted[Math.floor((n - 1) * level)];
    const counts = new Int32Array(n + 1);
    for (let t = 0; t < n; ++t) {
      counts[t + 1] = counts[t] + (values[t] < quantile ? 2 : values[t] === quantile ? 1 : 0);
    }
    return counts;
  });
}

/**
 * The indices at which a new segment begins, in order; none for a sequence without a change.
 * @param {ArrayLike<number>} values
 * @param {{ penalty?: number, shortest?: number }} options penalty: in units of ln n. 6 finds a change in about one in a hundred
 *   sequences without one; shortest: minimum number of samples in a segment
 * @returns {number[]}
 */
export function changePoints(values, { penalty = 6, shortest = 3 } = {}) {
  const n = values.length;
  if (n < 2 * shortest) return [];
  const entropy = halfEntropies(n);
  const below = countsBelow(values);
  const weight = (2 * Math.log(2 * n - 1)) / below.length;
  const cost = (/** @type {number} */ from, /** @type {number} */ to) => {
    let sum = 0;
    for (const counts of below) {
      const count = counts[to] - counts[from];
      sum += entropy[2 * (to - from)] - entropy[count] - entropy[2 * (to - from) - count];
    }
    return weight * sum;
  };

  const perChange = penalty * Math.log(n);
  const best = new Float64Array(n + 1).fill(Infinity);
  const previous = new Int32Array(n + 1);
  best[0] = -perChange;
  let candidates = [0];
  for (let t = shortest; t <= n; ++t) {
    const costs = candidates.map((s) => best[s] + cost(s, t));
    costs.forEach((value, i) => {
      if (value + perChange < best[t]) {
        best[t] = value + perChange;
        previous[t] = candidates[i];
      }
    });
    candidates = candidates.filter((_, i) => costs[i] <= best[t]);
    if (t >= 2 * shortest - 1) candidates.push(t - shortest + 1);
  }
  const changes = [];
  for (let t = previous[n]; t > 0; t = previous[t]) changes.unshift(t);
  return changes;
}
