// The measuring plan and the analysis of its samples, with competitors of known speed and a clock that they advance.

import assert from 'node:assert/strict';
import test from 'node:test';
import { randomLcg, randomLogNormal } from 'd3-random';
import { analyse, ratioOf, steadySamples } from '../analysis.js';
import { compare } from '../compare.js';
import { measure } from '../measure.js';
import { targetsOf } from '../targets.js';

/** A clock and competitors that advance it: `time(run)` is the duration of a run in ms, before noise. */
function world() {
  let clock = 0;
  let seed = 0;
  const order = [];
  const competitor = (name, time, { ok = () => true, overhead = 0.3 } = {}) => {
    const noise = randomLogNormal.source(randomLcg((seed += 0.1)))(0, 0.03);
    let done = 0;
    return {
      name,
      setup: async () => ({ unitsPerRun: 1 }),
      release: async () => {},
      run: async (_workload, runs) => {
        order.push(name);
        let milliseconds = 0;
        for (let i = 0; i < runs; ++i) milliseconds += time(done++);
        milliseconds *= noise();
        clock += milliseconds + overhead;
        return { milliseconds, checksum: 42, ok: ok(done) };
      },
    };
  };
  return { now: () => clock, competitor, order };
}

const workload = { name: 'work/1', unit: 'call' };

async function race(world, competitors, options = {}) {
  const group = competitors.map((competitor) => ({ competitor, workload }));
  const { signal } = new AbortController();
  return measure(group, { budget: 8000, fewest: 4, now: world.now, signal, ...options });
}

const close = (actual, expected, tolerance) =>
  assert.ok(Math.abs(actual / expected - 1) <= tolerance, `${actual}, not ${expected} ± ${100 * tolerance} %`);

test('a known warm-up and a known ratio are found', async () => {
  const w = world();
  const warmed = (run) => (run < 4000 ? 0.4 : 0.1);
  const [a, b] = (await race(w, [w.competitor('a', warmed), w.competitor('b', () => 0.2)])).map(analyse);
  const runsBefore = a.samples.slice(0, a.steady.from).reduce((sum, [, , runs]) => sum + runs, 0);
  assert.ok(runsBefore >= 3900 && runsBefore <= 4300, `steady after ${runsBefore} runs`);
  close(a.firstCall, 0.4, 0.2);
  close(a.statistics.median, 0.1, 0.02);
  const ratio = ratioOf(a, b);
  close(ratio.value, 0.5, 0.02);
  assert.ok(ratio.low <= 0.5 && 0.5 <= ratio.high && ratio.pairs > 50, JSON.stringify(ratio));
});

test('a competitor that never settles is reported as such', async () => {
  const w = world();
  const [series] = (await race(w, [w.competitor('a', (run) => 0.1 + run / 1e5)])).map(analyse);
  assert.equal(series.steady.from, null);
});

test('competitors of similar speed alternate', async () => {
  const w = world();
  await race(w, [w.competitor('a', () => 20), w.competitor('b', () => 20)]);
  const repeats = w.order.filter((name, i) => name === w.order[i - 1]).length;
  assert.ok(w.order.length > 300 && repeats < 0.05 * w.order.length, `${repeats} of ${w.order.length}`);
});

test('a slow competitor gets few samples, spread over those of a fast one', async () => {
  const w = world();
  const [slow, fast] = await race(w, [w.competitor('slow', () => 3000), w.competitor('fast', () => 15)]);
  assert.ok(slow.samples.length === 4 || slow.samples.length === 5, `${slow.samples.length}`);
  assert.ok(fast.samples.length > 150, `${fast.samples.length}`);
  const { steady, statistics } = analyse(slow);
  assert.equal(steady.from, null);
  close(statistics.min, Math.min(...slow.samples.slice(1).map(([, time]) => time)), 1e-12); // of all but the first call
  const between = slow.samples.slice(1).map(([start], i) => {
    return fast.samples.filter(([at]) => at < start && at > slow.samples[i][0]).length;
  });
  assert.ok(Math.min(...between.slice(1)) > 20, `${between}`); // the second may follow the first, the first call, at once
});

test('samples are long enough for the clock, the first is one run, and all are kept', async () => {
  const w = world();
  const [series] = await race(w, [w.competitor('a', () => 0.001)], { budget: 2000 });
  assert.equal(series.samples[0][2], 1);
  const settled = series.samples.slice(20);
  assert.ok(settled.length > 50 && settled.every(([, milliseconds]) => milliseconds > 5));
  assert.equal(series.samples.length, w.order.length);
  assert.ok(steadySamples(analyse(series)).length < series.samples.length);
});

test('a wrong checksum and a crash end a competitor, not the others', async () => {
  const w = world();
  const wrong = w.competitor('wrong', () => 1, { ok: (done) => done < 3 });
  const crash = w.competitor('crash', () => {
    throw new Error('it fell over');
  });
  const unprepared = w.competitor('unprepared', () => 1);
  unprepared.setup = () => Promise.reject(new Error('no memory'));
  const good = w.competitor('good', () => 1);
  const all = await race(w, [wrong, crash, unprepared, good]);
  assert.deepEqual(
    all.map(({ ok }) => ok),
    [false, false, false, true],
  );
  assert.match(all[0].error, /checksum is wrong: 42/);
  assert.match(all[1].error, /it fell over/);
  assert.match(all[2].error, /no memory/);
  assert.ok(all[3].samples.length > 100);
  assert.equal(ratioOf(analyse(all[0]), analyse(all[3])), null);
});

test('an abort ends the measurement', async () => {
  const w = world();
  const abort = new AbortController();
  const competitor = w.competitor('a', (run) => {
    if (run === 100) abort.abort();
    return 1;
  });
  await assert.rejects(race(w, [competitor], { signal: abort.signal }), { name: 'AbortError' });
});

/** A series of steady times per unit, in ms. */
function steadySeries(workload, competitor, time, seed = 0.5) {
  const noise = randomLogNormal.source(randomLcg(seed))(0, 0.01);
  const samples = Array.from({ length: 60 }, (_, i) => [20 * i, 20 * noise(), 20 / time]);
  return analyse({ workload, competitor, unit: 'call', unitsPerRun: 1, checksum: 1, ok: true, samples });
}

const target = (targets, part) => targets.find(({ name }) => name.includes(part));

test('targets: figures, missing ones, and the name of the worst', () => {
  const series = [
    steadySeries('train-step/A', 'chromium', 105, 0.1),
    steadySeries('train-step/A', 'native', 50, 0.2),
    steadySeries('train-step/A', 'pytorch-1', 150, 0.3),
    steadySeries('phase-best/a', 'chromium', 40),
    steadySeries('phase-best/b', 'chromium', 44),
    steadySeries('phase-best/d', 'chromium', 60),
    steadySeries('lws-batch/2048-512', 'chromium', 12e-6),
    steadySeries('lws-batch/2048-512', 'native-4', 10e-6),
    steadySeries('train-step/A', 'native-4', 50),
    steadySeries('stft-magnitudes/2048-512', 'chromium', 15),
    steadySeries('pffft-only/2048-512', 'chromium', 10),
    steadySeries('stft-magnitudes/2048-512', 'fft.js-chromium', 90),
  ];
  const experiments = { 'paper-job': { text: [], estimates: { 'one worker': { value: 20, low: 19, high: 21 } } } };
  const targets = targetsOf({ series, experiments });
  assert.equal(targets.length, 31);

  const pytorch = target(targets, 'Chromium ÷ PyTorch');
  close(pytorch.value, 0.7, 0.01);
  assert.ok(pytorch.met && pytorch.low < pytorch.value && pytorch.value < pytorch.high);
  close(target(targets, '`best`').value, 48, 0.01);
  assert.equal(target(targets, '`best`').met, false);
  close(target(targets, 'one bin update, all bins, Q = 4, L = 5, WASM').value, 12, 0.01);
  close(target(targets, "PFFFT's").value, 1.5, 0.01);
  const fftJs = target(targets, 'fft.js');
  close(fftJs.value, 6, 0.01);
  assert.ok(fftJs.met, 'at least 5 times as long');
  close(target(targets, 'median').value, (2.1 + 1.2) / 2, 0.01);
  close(target(targets, 'worst').value, 2.1, 0.01);
  assert.equal(target(targets, 'worst').note, 'train-step/A');
  assert.deepEqual([target(targets, "paper's").value, target(targets, "paper's").met], [20, true]);

  for (const missing of [target(targets, 'tfjs'), target(targets, 'memory')]) {
    assert.equal(missing.value, null);
    assert.equal(missing.met, false);
    assert.match(missing.why, /did not run/);
  }
});

const machine = {
  cpu: 'One',
  cores: 2,
  memory: '8 GiB',
  os: 'Debian',
  load: { before: [0.1, 0, 0], after: [1, 1, 1] },
  versions: { node: '20' },
  flags: {},
};

test('compare: only changes beyond noise, and reasons to doubt them', () => {
  const names = ['same', 'slower', 'faster'];
  const then = names.map((name, i) => steadySeries(name, 'node', 1, (i + 1) / 10));
  const now = names.map((name, i) => steadySeries(name, 'node', [1, 1.1, 0.5][i], (i + 4) / 10));
  const failed = { ...then[0], workload: 'failed', ok: false };
  delete failed.statistics;
  const { changes, compared, doubts } = compare(
    { series: [...now, failed, steadySeries('new', 'node', 1)], machine: { ...machine, versions: { node: '22' } } },
    { series: [...then, failed], machine: { ...machine, load: { before: [1.9, 0, 0], after: [2, 0, 0] } } },
  );
  assert.equal(compared, 3);
  assert.deepEqual(
    changes.map(({ workload }) => workload),
    ['faster', 'slower'],
  );
  close(changes[0].ratio, 0.5, 0.01);
  assert.ok(changes[1].low > 1 && changes[1].low < 1.1 && changes[1].high > 1.1);
  assert.deepEqual(doubts, ['node: 22 now, 20 then.', 'The machine was busy before the old run: load 1.9.']);
});
