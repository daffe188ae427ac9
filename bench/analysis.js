// Turns samples into reported figures.
import { longEnough } from './measure.js';
import { medianEstimate, pairRatios, summary } from './statistics.js';
import { steadyState } from './steady-state.js';

/** @import { Analysis, Ratio, Sample, Series } from './types.d.ts' */

/** Milliseconds per unit. @param {Series} series @param {Sample} sample */
export const perUnit = ({ unitsPerRun }, [, milliseconds, runs]) => milliseconds / (runs * unitsPerRun);

/**
 * The samples used for statistics: the steady ones, without the first few that were too short for the clock.
 * @param {Series & { steady: Analysis['steady'] }} series
 * @returns {{ start: number, value: number }[]} value: milliseconds per unit
 */
export function steadySamples(series) {
  const { samples, steady } = series;
  const measured = samples.slice(steady.from ?? laterPart(samples.length)).filter(isLongEnough);
  return measured.map((sample) => ({ start: sample[0], value: perUnit(series, sample) }));
}

/** Where the statistics of a series without a steady state begin: at its middle, or after the first call of a few samples. */
const laterPart = (/** @type {number} */ count) => (count < 9 ? Math.min(1, count - 1) : Math.floor(count / 2));

/** Half: when a program gets faster, some samples are too short before the number of runs is adapted. */
const isLongEnough = (/** @type {Sample} */ [, milliseconds]) => milliseconds >= longEnough / 2;

/**
 * The first call is kept separate; the steady state is sought in all later samples that are long enough for the clock.
 * @param {Series} series
 * @returns {Analysis | Series} a failed series is returned unchanged
 */
export function analyse(series) {
  const { samples } = series;
  if (!series.ok || samples.length === 0) return series;
  const indices = [...samples.keys()].filter((i) => i > 0 && isLongEnough(samples[i]));
  const found = steadyState(indices.map((i) => perUnit(series, samples[i])));
  const steady = { from: found.from === null ? null : indices[found.from], reason: found.reason };
  const values = steadySamples({ ...series, steady }).map(({ value }) => value);
  if (values.length === 0) values.push(perUnit(series, samples[samples.length - 1]));
  const { low, high } = medianEstimate(values);
  return { ...series, firstCall: perUnit(series, samples[0]), steady, statistics: { ...summary(values), low, high } };
}

/** @param {Analysis | Series | undefined} series @returns {series is Analysis} */
export const isAnalysed = (series) => series !== undefined && 'statistics' in series;

/**
 * Time of `a` ÷ time of `b`, pair by pair; null if either is missing or failed.
 * @param {Analysis | Series | undefined} a
 * @param {Analysis | Series | undefined} b
 * @returns {Ratio | null}
 */
export function ratioOf(a, b) {
  if (!isAnalysed(a) || !isAnalysed(b)) return null;
  const ratios = pairsOf(a, b);
  if (ratios.length === 0) return null;
  const name = `${a.competitor} ÷ ${b.competitor}`;
  return {
    name: a.workload === b.workload ? name : `${a.workload} ${a.competitor} ÷ ${b.workload} ${b.competitor}`,
    workload: a.workload,
    a: a.competitor,
    b: b.competitor,
    pairs: ratios.length,
    ...medianEstimate(ratios),
  };
}

/** @param {Analysis} a @param {Analysis} b */
export const pairsOf = (a, b) => pairRatios(steadySamples(a), steadySamples(b));

export const own = ['native', 'native-4', 'node', 'chromium', 'chromium-worker', 'firefox', 'firefox-worker'];

/**
 * For every workload: all competitors ÷ our build in Chromium, and our own builds ÷ the native one of the same vector width.
 * @param {(Analysis | Series)[]} series
 * @returns {Ratio[]}
 */
export function ratiosOf(series) {
  const at = (/** @type {Series} */ { workload }, /** @type {string} */ competitor) =>
    series.find((one) => one.workload === workload && one.competitor === competitor);
  return series.flatMap((one) => {
    const { competitor } = one;
    const ratios = [
      competitor === 'chromium' ? null : ratioOf(one, at(one, 'chromium')),
      competitor === 'native-4' || !own.includes(competitor) ? null : ratioOf(one, at(one, 'native-4')),
    ];
    return ratios.filter((ratio) => ratio !== null);
  });
}
