// The sections of a report, in order; html.js and markdown.js only render them.
import { isAnalysed, own, perUnit } from '../analysis.js';
import { curves, ratioBars } from './charts.js';
import { detailsTable, mediansTable, targetsTable } from './tables.js';

/**
 * @import { Analysis, Machine, Ratio, Report, Table } from '../types.d.ts'
 * @typedef {{ title: string, text?: string[], tables?: Table[], charts?: { name: string, title: string, svg: string }[] }} Section
 */

/** A name for a file. @param {string} text */
const fileName = (text) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');

/** @param {string} name @param {Parameters<typeof ratioBars>[0]} chart */
const bars = (name, chart) => ({ name: fileName(name), title: chart.title, svg: ratioBars(chart) });

const withWarmUp = ['train-step/A', 'generate-window/A', 'lws-batch/2048-512', 'stft-magnitudes/2048-512'];
const mostPoints = 150;

/**
 * Time per unit of all competitors at a workload, against the time that each has been running.
 * @param {string} workload
 * @param {Analysis[]} series
 */
export function warmUp(workload, series) {
  const curve = (/** @type {Analysis} */ one) => {
    let running = 0;
    const points = one.samples.map(
      (sample) => /** @type {[number, number]} */ ([(running += sample[1]), perUnit(one, sample)]),
    );
    // Thinned out, but less at the start, where the logarithmic time axis is wide.
    const step = Math.max(1, points.length / mostPoints);
    return points.filter((_, i) => i < mostPoints / 3 || Math.floor(i / step) !== Math.floor((i - 1) / step));
  };
  const title = `${workload}: warm-up`;
  const svg = curves({
    title,
    x: { label: 'milliseconds of running time', log: true },
    y: { label: `milliseconds per ${series[0].unit}`, log: true },
    series: series.map((one) => ({ name: one.competitor, points: curve(one) })),
  });
  return { name: fileName(title), title, svg };
}

/** @param {Machine} machine @returns {Table} */
export const machineTable = ({ cpu, cores, memory, os, load, versions, flags }) => ({
  title: '',
  columns: ['what', 'which'],
  rows: [
    ['processor', `${cpu}, ${cores} cores`],
    ['memory', memory],
    ['system', os],
    ['load before and after (1, 5, 15 minutes)', `${load.before.join(', ')}; ${load.after.join(', ')}`],
    ...Object.entries(versions).map(([name, version]) => [name, flags[name] ? `${version}; ${flags[name]}` : version]),
  ],
});

/** All competitors at a workload ÷ our build in Chromium, fastest first. @param {Ratio[]} ratios @param {string} workload */
function besideChromium(ratios, workload) {
  const rows = ratios.filter(
    (ratio) => ratio.workload === workload && ratio.b === 'chromium' && ratio.a !== 'chromium',
  );
  return bars(`beside ${workload}`, {
    title: `${workload}: time ÷ that of Lodestone in Chromium`,
    rows: rows
      .sort((a, b) => a.value - b.value)
      .map(({ a, value, low, high }) => ({ label: ourName(a), value, low, high, group: own.includes(a) ? 0 : 1 })),
  });
}

const ourName = (/** @type {string} */ competitor) =>
  own.includes(competitor) ? `Lodestone, ${competitor}` : competitor;

/** @param {Report} report @returns {Section[]} */
function comparisons({ ratios }) {
  const withRivals = [...new Set(ratios.filter(({ a }) => !own.includes(a)).map(({ workload }) => workload))];
  const width = ratios.filter(({ a, b }) => a === 'chromium' && b === 'native-4');
  /** @type {Section[]} */
  const sections = [];
  if (withRivals.length > 0) {
    sections.push({
      title: 'Compared with other libraries',
      text: ['Bars to the right are slower than Lodestone’s WebAssembly in Chromium, bars to the left faster.'],
      charts: withRivals.map((workload) => besideChromium(ratios, workload)),
    });
  }
  if (width.length > 0) {
    sections.push({
      title: 'WebAssembly compared with native code of the same vector width',
      charts: [
        bars('WebAssembly ÷ native', {
          title: 'Lodestone in Chromium ÷ native with 128-bit vectors',
          rows: width
            .sort((a, b) => b.value - a.value)
            .map(({ workload, value, low, high }) => ({ label: workload, value, low, high })),
        }),
      ],
    });
  }
  return sections;
}

/** @param {Analysis[]} analysed @returns {Section[]} */
function warmUps(analysed) {
  const lists = withWarmUp
    .map((workload) => analysed.filter((one) => one.workload === workload && own.includes(one.competitor)))
    .filter((list) => list.length > 0);
  if (lists.length === 0) return [];
  return [
    {
      title: 'Warm-up',
      charts: lists.map((list) => warmUp(list[0].workload, list)),
      tables: lists.map((list) => detailsTable(list[0].workload, list)),
    },
  ];
}

/** @param {Report} report @returns {Section[]} */
export function experimentSections({ experiments }) {
  return Object.values(experiments).map(({ title, text, charts = [], tables = [] }) => ({
    title,
    text,
    tables,
    charts: charts.map((chart) => ({ name: fileName(chart.title), title: chart.title, svg: curves(chart) })),
  }));
}

/** @param {Report} report @returns {Section[]} */
export function absences({ series, missing }) {
  const failed = series.flatMap((one) =>
    isAnalysed(one) ? [] : [{ name: `${one.competitor}, ${one.workload}`, why: `failed: ${one.error}` }],
  );
  const rows = [...missing, ...failed].map(({ name, why }) => [name, why]);
  if (rows.length === 0) return [];
  return [{ title: 'Missing and failed', tables: [{ title: '', columns: ['what', 'why'], rows }] }];
}

const methods = [
  'All competitors that implement a workload alternate (A B A B), one at a time, each in its own process or page; those with long samples get fewer turns. A sample is a group of runs that takes at least 10 ms in all, measured with the competitor’s own monotonic clock. Pages are cross-origin isolated, because browsers then provide their finest clock. All samples are kept, in report.json.',
  'The first call is the first run after setup. Warm-up is detected and excluded: ED-PELT (Haynes, Fearnhead and Eckley 2017) splits the sequence of times where their distribution changes. Segments are on the same level as the last third if their medians differ by at most 2 % or one standard deviation of the noise. The steady state begins with the first segment after which nine in ten samples are on that level. If there is no such point in the first two thirds, the series has no steady state. Its statistics are then those of its second half, or of everything but the first call if there are fewer than nine samples, and the tables say so.',
  'Medians and quantiles are those of the steady state. A ratio is the median over pairs: each sample of one competitor is paired with the sample of the other that was taken nearest in time, so that a disturbance of the machine affects both. Intervals contain 95 % of 1,000 bootstrap resamples from a seeded generator. They describe the noise within this run; another day or another machine differs by more.',
  'The output of every run is checked against a known checksum. If it is wrong, the run has failed.',
];

/** All sections but the details of each workload. @param {Report} report @returns {Section[]} */
export function content(report) {
  const analysed = report.series.filter(isAnalysed);
  const of = (/** @type {boolean} */ ours) => analysed.filter(({ competitor }) => own.includes(competitor) === ours);
  return [
    { title: 'The figures', tables: [targetsTable(report.targets)] },
    { title: 'The machine', tables: [machineTable(report.machine)] },
    ...comparisons(report),
    ...warmUps(analysed),
    ...experimentSections(report),
    {
      title: 'All workloads',
      text: [
        'Median time in the steady state. †: no steady state was found; this is the median of the second half, or of the few samples of a slow competitor.',
      ],
      tables: [mediansTable('Lodestone', of(true)), mediansTable('Other libraries', of(false))].filter(
        ({ rows }) => rows.length > 0,
      ),
    },
    ...absences(report),
    { title: 'How it was measured', text: methods },
  ];
}
