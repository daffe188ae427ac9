// Tables used in several places.
import { duration, short } from './text.js';

/** @import { Analysis, Series, Table, Target } from '../types.d.ts' */

const sign = { '<=': '≤', '>=': '≥' };

/** A value with its unit. @param {number} value @param {string} unit */
const withUnit = (value, unit) => (unit === '' ? short(value) : `${short(value)} ${unit}`);

/** @param {Target} target */
function measured({ value, low, high, unit, note, why }) {
  if (value === null) return `not measured: ${why}`;
  const interval = low === high || low === null || high === null ? '' : ` (${short(low)} to ${short(high)})`;
  return `${withUnit(value, unit)}${interval}${note ? `; ${note}` : ''}`;
}

/** @param {Target[]} targets @returns {Table} */
export const targetsTable = (targets) => ({
  title: '',
  columns: ['figure', 'measured (95 % interval)', 'target', 'met'],
  rows: targets.map((target) => [
    target.name,
    measured(target),
    `${sign[target.relation]} ${withUnit(target.target, target.unit)}`,
    target.met ? 'yes' : 'no',
  ]),
});

/** For the terminal. @param {Target[]} targets */
export const targetsText = (targets) =>
  targetsTable(targets)
    .rows.map(([name, value, target, met]) => `${met === 'yes' ? '  ' : '! '}${name}: ${value}; target ${target}`)
    .join('\n');

/**
 * Median time per unit: one row per workload, one column per competitor.
 * @param {string} title
 * @param {Analysis[]} series
 * @returns {Table}
 */
export function mediansTable(title, series) {
  const competitors = [...new Set(series.map(({ competitor }) => competitor))];
  const workloads = [...new Set(series.map(({ workload }) => workload))];
  const find = (/** @type {string} */ workload, /** @type {string} */ competitor) =>
    series.find((one) => one.workload === workload && one.competitor === competitor);
  return {
    title,
    columns: ['workload', 'per', ...competitors],
    rows: workloads.map((workload) => {
      const cells = competitors.map((competitor) => find(workload, competitor));
      return [
        workload,
        cells.find(Boolean)?.unit ?? '',
        ...cells.map((one) => (one ? duration(one.statistics.median) + unsteady(one) : '')),
      ];
    }),
  };
}

/** Marks a median without a steady state. @param {Analysis} series */
const unsteady = ({ steady }) => (steady.from === null ? ' †' : '');

/** Details of the series of one workload. @param {string} title @param {Analysis[]} series @returns {Table} */
export const detailsTable = (title, series) => ({
  title,
  columns: [
    'competitor',
    'first call',
    'steady from',
    'median',
    '95 % interval',
    'min',
    'p5',
    'p95',
    'p99.9',
    'samples',
  ],
  rows: series.map(({ competitor, firstCall, steady, statistics, samples }) => [
    competitor,
    firstCall === 0 ? 'too short for the clock' : duration(firstCall),
    steady.from === null ? `no steady state: ${steady.reason}` : steadyFrom(samples, steady.from),
    duration(statistics.median),
    `${duration(statistics.low)} to ${duration(statistics.high)}`,
    ...[statistics.min, statistics.p5, statistics.p95, statistics.p999].map(duration),
    samples.length,
  ]),
});

/** How long a series had been running. @param {Series['samples']} samples @param {number} index */
function steadyFrom(samples, index) {
  const before = samples.slice(0, index);
  const runs = before.reduce((sum, [, , count]) => sum + count, 0);
  const milliseconds = before.reduce((sum, [, time]) => sum + time, 0);
  return `run ${runs + 1}, after ${duration(milliseconds)}`;
}
