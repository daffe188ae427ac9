// The real-time suite's results for synthetic measurements.

import assert from 'node:assert/strict';
import test from 'node:test';
import { evenness, exceedance, meanShare, timeline } from '../realtime/costs.js';
import { moreUnderruns, table } from '../realtime/glitches.js';
import { lostTime } from '../realtime/lost-time.js';
import { realtimeContent } from '../realtime/content.js';
import { targetsOf } from '../realtime/targets.js';

/** 10,000 quanta of 100 µs, of which the last `dear` cost 400. */
const quanta = (dear) => Array.from({ length: 10000 }, (_, i) => (i < 10000 - dear ? 100 : 400));

test('the mean cost is a share of the time that a quantum lasts', () => {
  assert.deepEqual(meanShare([quanta(0), quanta(0)], 2000), { value: 5, low: 5, high: 5 });
  const { value, low, high } = meanShare([quanta(0), quanta(10000)], 2000);
  assert.equal(value, 12.5);
  assert.ok(low < value && value < high);
});

test('evenness depends on the cost of more than one quantum in a thousand', () => {
  assert.equal(evenness(quanta(5)).value, 1);
  assert.equal(evenness(quanta(20)).value, 4);
  const { low, value, high } = evenness(quanta(9));
  assert.equal(value, 1);
  assert.equal(low, 1);
  assert.equal(high, 4, 'with 9 in 10,000 the interval of the percentile reaches the expensive ones');
});

test('exceedance goes from the cheapest quantum down to the share of one', () => {
  const curve = exceedance(quanta(100));
  assert.deepEqual(curve[0], [100, 1]);
  const [cost, share] = curve[curve.length - 1];
  assert.equal(cost, 400);
  assert.ok(Math.abs(share - 1e-4) < 1e-12);
  const turn = curve.find(([cost]) => cost === 400);
  assert.ok(turn[1] <= 0.0101 && turn[1] > 0.008, `dear from ${turn[1]} on`);
});

test('the timeline has the most expensive quantum of each stretch, at its time', () => {
  const costs = [1, 5, 2, 2, 9, 1];
  assert.deepEqual(timeline(costs, 60, 3), [
    [0, 5],
    [2, 2],
    [4, 9],
  ]);
});

test('time is lost if lateness persists, not if quanta are late and catch up, nor if clocks drift', () => {
  assert.deepEqual(lostTime([5, 5, 30, 5, 5]), { events: 0, milliseconds: 0, steps: [] });
  assert.deepEqual(lostTime([5, 5, 17, 17, 40, 17]), { events: 1, milliseconds: 12, steps: [[1, 12]] });
  assert.deepEqual(lostTime([5, 9, 9, 20, 20]).events, 2);
  assert.equal(lostTime(Array.from({ length: 1000 }, (_, i) => Math.floor(i / 10))).events, 0, 'drift');
  assert.equal(lostTime([]).events, 0);
});

/** A slot whose context saw so many underruns; null: whose clock saw them, of 10 ms each. */
function slot(events, clock = 0) {
  return {
    quanta: 345,
    silent: 0,
    longest: 12,
    floors: Array.from({ length: 20 }, (_, i) => 10 * Math.min(i, clock)),
    busy: 0.8,
    underruns: events === null ? null : { events, seconds: events / 100 },
    meters: [{ cpu: 0.1, quality: 0 }],
  };
}

function listened() {
  const wall = [0, 1, 2];
  return [
    { browser: 'chromium', kind: 'window', wall, slots: [slot(3), slot(1), slot(0)] },
    { browser: 'chromium', kind: 'empty', wall, slots: [slot(1), slot(1), slot(1)] },
    { browser: 'firefox', kind: 'window', wall, slots: [slot(null, 2), slot(null), slot(null)] },
    { browser: 'firefox', kind: 'empty', wall, slots: [slot(null, 1), slot(null, 4), slot(null)] },
  ];
}

test('underruns are counted by the context if it can, else by the clock, minus those of the empty processor', () => {
  const { 'chromium, window': chromium, 'firefox, window': firefox } = moreUnderruns(listened());
  assert.equal(chromium.value, 1);
  assert.equal(chromium.note, '4 and 3');
  assert.ok(chromium.low <= -1 && chromium.high >= 3);
  assert.equal(firefox.value, -3);
  assert.deepEqual(table(listened()).rows[0].slice(0, 7), ['chromium', 'window', 1035, 4, 40, 0, 0]);
  assert.deepEqual(table(listened()).rows[2].slice(3, 7), [null, null, 2, 20]);
});

test('every figure has a target; one that was not measured says so and is not met', () => {
  const experiments = {
    memory: { title: 'Memory', text: [], values: { growth: 12, 'allocations, chromium': 0 } },
    pointer: { title: 'Pointer', text: ['It moves.'], estimates: { reached: { value: 21, low: 20, high: 22 } } },
  };
  const targets = targetsOf({ series: [], experiments });
  const find = (text) => targets.find(({ name }) => name.includes(text));
  assert.equal(find('JavaScript heap').met, true);
  assert.equal(find('after the first second, chromium').met, true);
  assert.equal(find('pointer event').met, false);
  assert.deepEqual(
    [find('first sound').met, find('first sound').why],
    [false, 'the experiment first-sound did not run'],
  );
  const machine = { cpu: '', cores: 2, memory: '', os: '', load: { before: [], after: [] }, versions: {}, flags: {} };
  const sections = realtimeContent({ machine, experiments, targets, series: [], missing: [] });
  assert.deepEqual(
    sections.map(({ title }) => title),
    ['The figures', 'The machine', 'Memory', 'Pointer'],
  );
});
