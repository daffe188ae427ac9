// Finds changes between two reports that exceed the noise.
import { median } from 'd3-array';
import { isAnalysed } from './analysis.js';

/**
 * @import { Analysis, Machine, Report } from './types.d.ts'
 * @typedef {{ workload: string, competitor: string, ratio: number, low: number, high: number }} Change times now ÷ then
 */

const worthSaying = 0.03; // two runs of the same build can differ by this much, whatever their intervals

/** Now ÷ then; the interval's ends are those of the two intervals. @param {Analysis} now @param {Analysis} then @returns {Change} */
const change = (now, then) => ({
  workload: now.workload,
  competitor: now.competitor,
  ratio: now.statistics.median / then.statistics.median,
  low: now.statistics.low / then.statistics.high,
  high: now.statistics.high / then.statistics.low,
});

/** Versions, flags and hardware that differ, each as a sentence. @param {Machine} now @param {Machine} then */
function machineDifferences(now, then) {
  const facts = (/** @type {Machine} */ { cpu, cores, memory, os, versions, flags }) => ({
    cpu,
    cores: String(cores),
    memory,
    os,
    ...versions,
    ...Object.fromEntries(Object.entries(flags).map(([name, value]) => [`flags of ${name}`, value])),
  });
  /** @type {[Record<string, string>, Record<string, string>]} */
  const [a, b] = [facts(now), facts(then)];
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]);
  const busy = (/** @type {string} */ when, /** @type {Machine} */ { load, cores }) =>
    load.before[0] > 0.5 * cores ? [`The machine was busy before the ${when} run: load ${load.before[0]}.`] : [];
  return [
    ...names.map((name) => `${name}: ${a[name] ?? 'not there'} now, ${b[name] ?? 'not there'} then.`),
    ...busy('new', now),
    ...busy('old', then),
  ];
}

/**
 * Series whose intervals in the two reports are more than 3 % apart, largest change first; and reasons to doubt the comparison.
 * @param {Report} now
 * @param {Report} then
 * @returns {{ changes: Change[], compared: number, overall: number | null, doubts: string[] }} overall: the median ratio of all
 */
export function compare(now, then) {
  const old = new Map(then.series.map((series) => [`${series.competitor} ${series.workload}`, series]));
  const all = now.series.flatMap((series) => {
    const before = old.get(`${series.competitor} ${series.workload}`);
    return isAnalysed(series) && isAnalysed(before) ? [change(series, before)] : [];
  });
  const size = (/** @type {Change} */ { ratio }) => Math.abs(Math.log(ratio));
  const apart = (/** @type {Change} */ { low, high }) => low > 1 || high < 1;
  return {
    changes: all.filter((one) => apart(one) && size(one) > Math.log(1 + worthSaying)).sort((a, b) => size(b) - size(a)),
    compared: all.length,
    overall: median(all, ({ ratio }) => ratio) ?? null,
    doubts: machineDifferences(now.machine, then.machine),
  };
}

/** As text for a terminal. @param {ReturnType<typeof compare>} comparison */
export function comparisonText({ changes, compared, overall, doubts }) {
  const line = (/** @type {Change} */ { workload, competitor, ratio, low, high }) =>
    `${ratio.toFixed(3).padStart(8)}  [${low.toFixed(3)}, ${high.toFixed(3)}]  ${competitor}  ${workload}`;
  return [
    `${changes.length} of ${compared} series changed beyond noise (times now ÷ then, 95 % interval):`,
    ...changes.map(line),
    ...(overall === null
      ? []
      : [`Overall: ${overall.toFixed(3)}. If this is far from 1, the machine may have changed.`]),
    ...(doubts.length > 0 ? ['Reasons to doubt the comparison:', ...doubts.map((doubt) => `  ${doubt}`)] : []),
  ].join('\n');
}
