// The benchmarks' report of synthetic measurements, and the consistency of the committed one.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { analyse, ratiosOf } from '../analysis.js';
import { plan, share } from '../plan.js';
import { curves, ratioBars, standalone } from '../report/charts.js';
import { content } from '../report/content.js';
import { htmlReport } from '../report/html.js';
import { markdownReport, markdownTable } from '../report/markdown.js';
import { targetsTable } from '../report/tables.js';
import { duration, short } from '../report/text.js';
import { targetsOf } from '../targets.js';
import { root } from '../../tests/node/support.js';

const read = (path) => readFileSync(new URL(path, root), 'utf8');

/** Thirty samples of 12 ms at `time` ms a step, after a first call of three times as long. */
function series(workload, competitor, time) {
  const samples = [
    [0, 3 * time, 1],
    ...Array.from({ length: 30 }, (_, i) => [40 + 20 * i, 12 + (i % 3) / 10, 12 / time]),
  ];
  return analyse({ workload, competitor, unit: 'step', unitsPerRun: 1, checksum: 1, ok: true, samples });
}

function madeUp() {
  const all = [
    series('train-step/A', 'chromium', 2),
    series('train-step/A', 'native-4', 1.6),
    series('train-step/A', 'pytorch-1', 4),
    { ...series('train-step/A', 'firefox', 3), ok: false, statistics: undefined, error: 'fell <over>' },
  ];
  delete all[3].statistics;
  const experiments = {
    waves: {
      title: 'Waves & calls',
      text: ['They wave.'],
      charts: [
        {
          title: 'Wave',
          x: { label: 'calls', log: true },
          y: { label: 'ns' },
          series: [
            {
              name: 'w',
              points: [
                [1, 2],
                [10, 3],
              ],
            },
          ],
        },
      ],
      tables: [{ title: 'Calls', columns: ['who', 'ns'], rows: [['a|b', 1.5]] }],
    },
  };
  const report = {
    machine: {
      cpu: 'One',
      cores: 2,
      memory: '8 GiB',
      os: 'Debian',
      load: { before: [0, 0, 0], after: [1, 1, 1] },
      versions: { chromium: '1' },
      flags: { chromium: 'fast' },
    },
    started: '2026-01-02T03:04:05Z',
    seconds: 600,
    command: 'npm run bench',
    quick: false,
    series: all,
    ratios: ratiosOf(all),
    experiments,
    missing: [{ name: 'tfjs', why: 'not installed' }],
    targets: [],
  };
  return { ...report, targets: targetsOf(report) };
}

test('numbers for people', () => {
  assert.deepEqual([0, 0.02083, 1.006, 12.345, 1234.5, 1234567].map(short), [
    '0',
    '0.0208',
    '1.01',
    '12.3',
    '1,230',
    '1,230,000',
  ]);
  assert.deepEqual([12e-6, 0.0012, 1, 71.26, 5770].map(duration), ['12 ns', '1.2 µs', '1 ms', '71.3 ms', '5.77 s']);
});

test('ratios: all competitors ÷ our build in Chromium, our own builds ÷ the native one', () => {
  const names = madeUp().ratios.map(({ name, value }) => `${name}: ${value.toFixed(2)}`);
  assert.deepEqual(names, ['chromium ÷ native-4: 1.25', 'native-4 ÷ chromium: 0.80', 'pytorch-1 ÷ chromium: 2.00']);
});

test('the page contains everything, needs no other file and escapes its contents', () => {
  const page = htmlReport(madeUp());
  for (const part of [
    'PyTorch 1 thread',
    'not installed',
    'They wave.',
    'fell &#60;over&#62;',
    'a|b',
    'chromium',
    'fast',
  ]) {
    assert.ok(page.includes(part), part);
  }
  assert.doesNotMatch(page, /<(link|script|img)|url\(|@import|fell <over>/);
  assert.match(page, /prefers-color-scheme: ?dark/);
  for (const [chart] of page.matchAll(/<svg[^>]*>/g)) assert.match(chart, /role="img" aria-label="[^"]+"/);
  assert.doesNotMatch(page, /NaN|Infinity|undefined/);
});

test('the Markdown refers to exactly the charts that are written', () => {
  const report = madeUp();
  const sections = content(report);
  const text = markdownReport(report, sections);
  const charts = sections.flatMap((section) => section.charts ?? []).map(({ name }) => name);
  assert.deepEqual(
    [...text.matchAll(/\(charts\/(.*)\.svg\)/g)].map(([, name]) => name),
    charts,
  );
  assert.equal(new Set(charts).size, charts.length);
  assert.match(text, /a\\\|b/);
});

test('charts: bars begin at 1, intervals lie around values, a file has its own colours', () => {
  const chart = ratioBars({
    title: 'Ratios',
    rows: [
      { label: 'slow', value: 4, low: 2, high: 8 },
      { label: 'fast', value: 0.25, low: 0.125, high: 0.5 },
    ],
  });
  const bars = [...chart.matchAll(/<rect class="f0" x="([\d.]+)".*?width="([\d.]+)"/g)].map(([, x, width]) => [
    +x,
    +x + +width,
  ]);
  assert.ok(Math.abs(bars[0][0] - bars[1][1]) < 0.2, 'both touch 1');
  assert.ok(Math.abs(bars[0][1] - bars[0][0] - (bars[1][1] - bars[1][0])) < 0.2, '4 and 1/4 are as long');
  const [slow] = [...chart.matchAll(/class="interval" x1="([\d.]+)".*?x2="([\d.]+)"/g)].map(([, a, b]) => [+a, +b]);
  assert.ok(slow[0] < bars[0][1] && bars[0][1] < slow[1]);
  assert.match(standalone(chart), /<style>.*--s0/s);
  assert.match(curves({ title: 'Empty', x: { label: '' }, y: { label: '' }, series: [] }), /no data/);
});

test('the plan: targets first, compared workloads together, time shared by weight', () => {
  const workload = (name) => ({ name, unit: 'call' });
  const someone = (...names) => ({ competitor: { name: 'x' }, description: { workloads: names.map(workload) } });
  const groups = plan(
    [someone('fft/256', 'pffft-only/2048-512', 'stft-magnitudes/2048-512', 'train-step/A'), someone('train-step/A')],
    '',
  );
  assert.deepEqual(
    groups.map(({ name, entries, weight }) => [name, entries.length, weight]),
    [
      ['train-step/A', 2, 3],
      ['stft-magnitudes/2048-512', 2, 3],
      ['fft/256', 1, 1],
    ],
  );
  assert.equal(share(groups, 1300), 600);
  assert.equal(share(groups.slice(1), 700), 600);
  assert.deepEqual(
    plan([someone('fft/256', 'fft/512')], '512').map(({ name }) => name),
    ['fft/512'],
  );
});

test('RESULTS.md shows the committed figures', () => {
  const { targets } = JSON.parse(read('bench/results.json'));
  assert.ok(read('bench/RESULTS.md').includes(markdownTable(targetsTable(targets))));
});
