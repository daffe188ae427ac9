// `npm run bench:realtime`: measures playing in real browsers, writes out/bench/realtime.json and .html.
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runExperiments } from '../experiments.js';
import { describeMachine, noteLoadAfter } from '../machine.js';
import { openPage } from '../open-page.js';
import { clockTime, progress } from '../progress.js';
import { htmlPage } from '../report/html.js';
import { targetsText } from '../report/tables.js';
import { commit } from '../report/update.js';
import { realtimeContent } from './content.js';
import { makeSmallModel } from './models.js';
import { targetsOf } from './targets.js';

/**
 * @import { Report } from '../types.d.ts'
 * @typedef {{ quick: boolean, only: string, update: boolean }} Options
 */

const usage = `Measures the instrument in real time, in Chromium and Firefox; the report goes to out/bench.
  npm run bench:realtime -- [--quick] [--only TEXT] [--update]
    --quick      less than 3 minutes: a moment of each experiment; only checks that everything works
    --only TEXT  only experiments whose names contain TEXT
    --update     also writes bench/REALTIME.md, bench/realtime.json and bench/realtime/charts
A full run takes up to 35 minutes; the machine should be idle. Exits with 1 if something failed. Ctrl-C stops it.
`;

const experiments = [
  'quantum-cost',
  'memory',
  'underruns',
  'polyphony',
  'latency',
  'pointer',
  'streamed-phase',
  'first-sound',
  'mapping',
];
const output = new URL('../../out/bench/', import.meta.url);
const title = 'Lodestone: in real time';

/** Fails early if one is missing. */
async function browserVersions() {
  const names = ['chromium', 'firefox'];
  const pages = await Promise.all(names.map((name) => openPage(name)));
  await Promise.all(pages.map(({ close }) => close()));
  return Object.fromEntries(names.map((name, i) => [name, pages[i].version]));
}

/** @param {Options} options @param {AbortSignal} signal @returns {Promise<Report>} */
async function makeReport({ quick, only }, signal) {
  const start = Date.now();
  /** @type {Report} */
  const report = {
    machine: describeMachine(),
    started: new Date(start).toISOString(),
    seconds: 0,
    command: ['npm run bench:realtime', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' '),
    quick,
    series: [],
    ratios: [],
    experiments: {},
    missing: [],
    targets: [],
  };
  progress('looking for the browsers');
  Object.assign(report.machine.versions, await browserVersions());
  progress('training a small model');
  await makeSmallModel({ quick, signal });
  const chosen = experiments.filter((name) => name.includes(only));
  await runExperiments(chosen, (name) => import(`./${name}.js`), { quick, signal }, report);
  noteLoadAfter(report.machine);
  report.targets = targetsOf(report);
  report.seconds = Math.round((Date.now() - start) / 1000);
  return report;
}

/** @param {Options} options */
async function main(options) {
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => abort.abort(new Error('stopped')));
  await mkdir(output, { recursive: true });
  const report = await makeReport(options, abort.signal);
  const sections = realtimeContent(report);
  await writeFile(new URL('realtime.json', output), JSON.stringify(report));
  await writeFile(new URL('realtime.html', output), htmlPage(title, report, sections));
  if (options.update) {
    const place = { title: 'In real time', name: 'REALTIME.md', results: 'realtime.json', folder: 'realtime/charts' };
    await commit(report, sections, place);
  }
  progress(
    `${clockTime(1000 * report.seconds)} minutes; the report is ${fileURLToPath(new URL('realtime.html', output))}`,
  );
  process.stdout.write(options.quick ? '\n' : `\n${targetsText(report.targets)}\n`);
  for (const { name, why } of report.missing) process.stderr.write(`FAILED: ${name}: ${why}\n`);
  process.exitCode = report.missing.length > 0 ? 1 : 0;
}

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    update: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(usage);
else {
  main(values)
    .catch((error) => {
      process.stderr.write(`\nbench:realtime: ${error.message}\n`);
      process.exitCode = 2;
    })
    .finally(() => process.exit()); // also closes a browser that an experiment was waiting for
}
