// `npm run bench`: measures, writes out/bench/report.json and report.html, and reports whether all went well.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { analyse, isAnalysed, ratiosOf } from './analysis.js';
import { compare, comparisonText } from './compare.js';
import { ownCompetitors } from './competitors/own.js';
import { runExperiments } from './experiments.js';
import { describeMachine, noteLoadAfter } from './machine.js';
import { measure } from './measure.js';
import { plan, share } from './plan.js';
import { clockTime, progress } from './progress.js';
import { htmlReport } from './report/html.js';
import { targetsText } from './report/tables.js';
import { update } from './report/update.js';
import { targetsOf } from './targets.js';

/**
 * @import { Started } from './plan.js'
 * @import { Report, Series } from './types.d.ts'
 * @typedef {{ quick: boolean, peers: boolean, only: string, update: boolean, compare?: string }} Options
 */

const usage = `Runs the benchmarks; the report goes to out/bench.
  npm run bench -- [--quick] [--no-peers] [--only TEXT] [--compare FILE] [--update]
    --quick         less than 3 minutes: every workload once or twice, without other libraries; checks results, not times
    --no-peers      only Lodestone, without other libraries
    --only TEXT     only workloads and experiments whose names contain TEXT
    --compare FILE  reports changes beyond noise since an earlier report.json
    --update        also writes bench/RESULTS.md, bench/results.json and bench/charts
Exits with 1 if a result was wrong or something crashed. Ctrl-C stops it.
`;

const experiments = [
  'whole-job',
  'paper-job',
  'learning',
  'training-memory',
  'module-load',
  'oscillator',
  'script-processor',
  'mapping',
];
const rivalsModule = './peers/index.js'; // hidden from the type checker, which lacks its packages
const minutes = 60000;
const output = new URL('../out/bench/', import.meta.url);

/** The other libraries, whose packages are not always installed. */
async function rivals() {
  const { peers } = await import(rivalsModule);
  return peers();
}

/** Starts all available competitors. @param {Options} options @param {Report} report @param {AbortSignal} signal */
async function startAll({ peers }, report, signal) {
  /** @type {Started[]} */
  const started = [];
  for (const competitor of [...ownCompetitors(), ...(peers ? await rivals() : [])]) {
    if (signal.aborted) break;
    progress(`starting ${competitor.name}`);
    try {
      const description = await competitor.start();
      started.push({ competitor, description });
      report.machine.versions[competitor.name] = description.version;
      if (description.flags) report.machine.flags[competitor.name] = description.flags;
    } catch (error) {
      report.missing.push({ name: competitor.name, why: /** @type {Error} */ (error).message });
    }
  }
  return started;
}

/**
 * All workloads, group after group, within the time.
 * @param {Options} options
 * @param {Started[]} started
 * @param {number} end by performance.now()
 * @param {AbortSignal} signal
 */
async function measureAll({ quick, only }, started, end, signal) {
  const groups = plan(started, only);
  const now = () => performance.now();
  const longest = quick ? 50 : 5000; // a competitor at a workload, times the workload's weight
  /** @type {Series[]} */
  const series = [];
  for (const [i, { name, entries, weight }] of groups.entries()) {
    const left = groups.slice(i);
    const upTo = (/** @type {typeof left[number]} */ group) => longest * group.weight * group.entries.length;
    const timeLeft = Math.min(
      end - now(),
      left.reduce((sum, group) => sum + upTo(group), 0),
    );
    progress(`[${clockTime(timeLeft)} left] ${name}: ${entries.length} competitors`);
    const budget = Math.min(share(left, timeLeft), longest * weight * entries.length);
    series.push(...(await measure(entries, { budget, fewest: quick ? 1 : 4, now, signal })));
  }
  return series;
}

/** @param {Options} options @returns {Promise<Report>} */
async function makeReport(options, /** @type {AbortSignal} */ signal) {
  const start = Date.now();
  const end = performance.now() + (options.quick ? 2 : 35) * minutes;
  /** @type {Report} */
  const report = {
    machine: describeMachine(),
    started: new Date(start).toISOString(),
    seconds: 0,
    command: ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' '),
    quick: options.quick,
    series: [],
    ratios: [],
    experiments: {},
    missing: [],
    targets: [],
  };
  const { quick, peers, only } = options;
  const chosen = experiments.filter((name) => name.includes(only));
  await runExperiments(chosen, (name) => import(`./experiments/${name}.js`), { quick, peers, signal }, report);
  const started = experiments.includes(options.only) ? [] : await startAll(options, report, signal);
  try {
    report.series = (await measureAll(options, started, end, signal)).map(analyse);
  } finally {
    await Promise.allSettled(started.map(({ competitor }) => competitor.stop()));
  }
  progress('analysing');
  noteLoadAfter(report.machine);
  report.ratios = ratiosOf(report.series);
  report.targets = targetsOf(report);
  report.seconds = Math.round((Date.now() - start) / 1000);
  return report;
}

/** All failures, one per line. @param {Report} report */
function failures({ series, missing }) {
  const own = new Set(ownCompetitors().map(({ name }) => name));
  return [
    ...series.filter((one) => !isAnalysed(one)).map((one) => `${one.competitor} at ${one.workload}: ${one.error}`),
    ...missing
      .filter(({ name }) => own.has(name) || name.startsWith('experiment'))
      .map(({ name, why }) => `${name} is missing: ${why}`),
  ];
}

/** @param {string} path @returns {Promise<Report>} */
async function readReport(path) {
  const report = JSON.parse(await readFile(path, 'utf8'));
  if (!Array.isArray(report.series)) throw new Error(`${path} is not a report.json of this suite`);
  return report;
}

/** @param {Options} options */
async function main(options) {
  const old = options.compare === undefined ? null : await readReport(options.compare);
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => abort.abort(new Error('stopped')));
  const report = await makeReport(options, abort.signal);
  await mkdir(output, { recursive: true });
  await writeFile(new URL('report.json', output), JSON.stringify(report));
  await writeFile(new URL('report.html', output), htmlReport(report));
  if (options.update) await update(report);
  progress(
    `${clockTime(1000 * report.seconds)} minutes; the report is ${fileURLToPath(new URL('report.html', output))}`,
  );
  process.stdout.write(options.quick ? '\n' : `\n${targetsText(report.targets)}\n`);
  if (old) process.stdout.write(`${comparisonText(compare(report, old))}\n`);
  const failed = failures(report);
  for (const line of failed) process.stderr.write(`FAILED: ${line}\n`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    'no-peers': { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    update: { type: 'boolean', default: false },
    compare: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(usage);
else {
  main({ ...values, peers: !values['no-peers'] && !values.quick })
    .catch((error) => {
      process.stderr.write(`\nbench: ${error.message}\n`);
      process.exitCode = 2;
    })
    .finally(() => process.exit()); // also closes a browser that an experiment was waiting for
}
