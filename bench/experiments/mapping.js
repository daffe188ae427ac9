// Mapping by demonstration: how well functions are learned, beside other libraries; what learning and running cost; how
// well gestures are spotted.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { max, mean, min } from 'd3-array';
import { randomLcg } from 'd3-random';
import { Core, CoreExamples, CoreMapping, CoreMappingTrainer } from '../../js/core.js';
import { prepare } from '../../js/index.js';
import { errorOf, examplesOf, tasks } from './mapping-tasks.js';

/**
 * @import { Findings, Table } from '../types.d.ts'
 * @import { Task, Rows } from './mapping-tasks.js'
 * @typedef {{ quick: boolean, peers?: boolean, signal: AbortSignal, log: (text: string) => void }} Options
 * @typedef {{ task: Task, learn: Rows, test: Rows }} Trial
 * @typedef {{ name: string, errors: number[], wrong: number }} Result a mean error for each task, and predictions that
 *   are not finite
 * @typedef {{ average: boolean, takes: number, gestures: number, right: number, reports: number, f1: number,
 *   median: number, p90: number }} Spotted
 */

export const title = 'Mapping by demonstration';

const peersModule = '../peers/mapping.js'; // hidden from the type checker, which lacks its packages
const quantum = (128 / 44100) * 1e6; // in µs
/** The size of a rich mapping. */
const rich = { rows: 500, inputs: 16, outputs: 8 };

/**
 * @param {Core} core
 * @param {Rows[]} takes
 * @param {import('../../js/wasm/mapping.js').TrainerOptions} options
 */
function learnModel(core, takes, options) {
  const [{ inputs, targets }] = takes;
  const examples = new CoreExamples(core, {
    inputs: inputs[0].map((_, k) => `input ${k}`),
    outputs: options.recognition ? [] : targets[0].map((_, k) => ({ name: `output ${k}` })),
  });
  for (const [i, take] of takes.entries()) {
    const taught = options.recognition
      ? { label: examples.label(`label ${i}`) }
      : { targets: Float32Array.from(take.targets.flat()) };
    examples.add({ inputs: Float32Array.from(take.inputs.flat()), ...taught });
  }
  const trainer = new CoreMappingTrainer(core, options);
  trainer.begin(examples);
  while (trainer.step());
  const model = trainer.model();
  const mapping = new CoreMapping(core, model.bytes());
  for (const part of [examples, trainer, model]) part.dispose();
  return mapping;
}

/** @param {Core} core @param {'kernel' | 'mlp' | 'linear'} model */
const ownPredict = (core, model) => async (/** @type {Trial[]} */ trials) =>
  trials.map(({ learn, test }) => {
    const mapping = learnModel(core, [learn], { model });
    const predictions = test.inputs.map((row) => {
      mapping.inputs.set(row);
      mapping.run();
      return [...mapping.outputs];
    });
    mapping.dispose();
    return predictions;
  });

/** @param {string} name @param {number[][][]} predictions of each trial @param {Trial[]} trials @returns {Result} */
function resultOf(name, predictions, trials) {
  const errors = trials.map(({ test }, i) => errorOf(predictions[i], test.targets));
  const of = (/** @type {Task} */ task) => errors.filter((_, i) => trials[i].task === task);
  return {
    name,
    errors: tasks.map((task) => Number(mean(of(task)))),
    wrong: predictions.flat(2).filter((value) => !Number.isFinite(value)).length,
  };
}

/** @param {Core} core @param {Options} options */
async function compareErrors(core, { quick, peers, signal, log }) {
  const seeds = quick ? 1 : 10;
  const trials = tasks.flatMap((task) =>
    Array.from({ length: seeds }, (_, seed) => ({ task, ...examplesOf(task, seed) })),
  );
  /** @type {Result[]} */
  const own = [];
  for (const model of /** @type {const} */ (['kernel', 'mlp', 'linear'])) {
    log(model);
    own.push(resultOf(model, await ownPredict(core, model)(trials), trials));
  }
  /** @type {Result[]} */
  const others = [];
  /** @type {string[]} */
  const missing = [];
  const jobs = trials.map(({ learn, test }) => ({ ...learn, asked: test.inputs }));
  for (const { name, predict } of peers ? (await import(peersModule)).mappingPeers() : []) {
    signal.throwIfAborted();
    log(name);
    try {
      others.push(resultOf(name, await predict(jobs), trials));
    } catch (error) {
      missing.push(`${name} did not run: ${/** @type {Error} */ (error).message.trim()}`);
    }
  }
  return { own, others, missing, seeds };
}

/** @param {Result[]} own @param {Result[]} others @returns {Table} */
function errorTable(own, others) {
  const all = [...own, ...others];
  const percent = (/** @type {number} */ value) => Number((100 * value).toPrecision(3));
  return {
    title: 'Error on rows that were not learned, % of the range (root mean square, mean over the seeds)',
    columns: ['function', ...all.map(({ name }) => name)],
    rows: [
      ...tasks.map(({ name }, i) => [name, ...all.map(({ errors }) => percent(errors[i]))]),
      ['predictions that are not finite', ...all.map(({ wrong }) => wrong)],
    ],
  };
}

/** The least of a function's times in ms, which other programs disturb least. @param {number} repeats @param {() => void} run */
function leastTime(repeats, run) {
  const times = Array.from({ length: repeats }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return Number(min(times));
}

/** @param {Core} core @param {Options} options */
function measureCosts(core, { quick, log }) {
  log('times');
  const source = randomLcg(0.5);
  const inputs = Array.from({ length: rich.rows }, () => Array.from({ length: rich.inputs }, source));
  const target = (/** @type {number[]} */ row, /** @type {number} */ k) =>
    0.5 + 0.4 * Math.sin(4 * row[k] + row[k + 8]);
  const targets = inputs.map((row) => Array.from({ length: rich.outputs }, (_, k) => target(row, k)));
  const takes = Array.from({ length: 5 }, (_, i) => ({ inputs: inputs.slice(100 * i, 100 * (i + 1)), targets }));
  const cases = /** @type {const} */ ([
    ...[{ model: 'kernel' }, { model: 'mlp' }, { model: 'linear' }],
    ...[{ recognition: 'nearest' }, { recognition: 'gesture' }],
  ]);
  return cases.map((options) => {
    /** @type {CoreMapping | undefined} */
    let mapping;
    const learning = leastTime(quick ? 1 : 5, () => {
      mapping?.dispose();
      mapping = learnModel(core, 'model' in options ? [{ inputs, targets }] : takes, options);
    });
    const running = mapping;
    if (!running) throw new Error('nothing was learned');
    const runs = 2000;
    const spent = leastTime(quick ? 1 : 20, () => {
      for (let i = 0; i < runs; ++i) {
        running.inputs[i % rich.inputs] = (i % 97) / 97;
        running.run();
      }
    });
    running.dispose();
    return { model: Object.values(options)[0], learning, run: (1000 * spent) / runs };
  });
}

/** @param {ReturnType<typeof measureCosts>} costs @returns {Table} */
const costTable = (costs) => ({
  title: `Times in Node, ${rich.rows} rows × ${rich.inputs} inputs → ${rich.outputs} outputs or 5 labels (least of several)`,
  columns: ['model', 'learning, ms', 'run, µs', 'share of a quantum, %'],
  rows: costs.map(({ model, learning, run }) => [
    model,
    Number(learning.toPrecision(3)),
    Number(run.toPrecision(3)),
    Number(((100 * run) / quantum).toPrecision(2)),
  ]),
});

/** Natively, with the code of the test. @param {Options} options @returns {Promise<Spotted[]>} */
async function spotGestures({ quick, signal, log }) {
  log('gestures');
  const program = fileURLToPath(new URL('../../build/native/lodestone-gestures', import.meta.url));
  const { stdout } = await promisify(execFile)(program, [quick ? '1' : '30'], { signal });
  return JSON.parse(stdout);
}

/** @param {Spotted[]} spotted @returns {Table} */
const gestureTable = (spotted) => ({
  title: 'Gestures spotted in random movement',
  columns: ['takes of each', 'compared with', 'gestures', 'right', 'reports', 'F1', 'known after, median', 'p90'],
  rows: spotted.map(({ average, takes, gestures, right, reports, f1, median, p90 }) => [
    takes,
    average ? 'their average' : 'each take',
    ...[gestures, right, reports, f1, median, p90],
  ]),
});

/** @param {Options} options @returns {Promise<Findings>} */
export async function run(options) {
  const core = new Core(await prepare(undefined, 'mapping'));
  const { own, others, missing, seeds } = await compareErrors(core, options);
  const costs = measureCosts(core, options);
  const spotted = await spotGestures(options);
  const better = (/** @type {Result[]} */ results, /** @type {number} */ i) =>
    Number(min(results, ({ errors }) => errors[i]));
  const usual = spotted.filter(({ takes }) => takes === 5);
  return {
    text: [
      `Six functions, ${seeds} sets of noisy examples each, tested with 500 exact rows. Our models run with their defaults. ml5 ` +
        'runs in Chromium with `normalizeData`, at its defaults (Adam at a rate of 0.2, 10 epochs) and with 200 epochs; brain.js ' +
        'with its defaults, inputs from 0 to 1, and at most 5 s for a training; scikit-learn is MLPRegressor with its defaults ' +
        'on standardised inputs.',
      `Gestures: five kinds (circle, figure eight, tick, wave, zigzag) in two dimensions, 70 to 140 rows long, unevenly fast, ` +
        'of different sizes and places, with noise, between random movements. Known: the right label leads, by progress times ' +
        'likelihood, until the gesture ends; as a share of the gesture.',
      ...missing,
    ],
    tables: [errorTable(own, others), costTable(costs), gestureTable(spotted)],
    values: {
      ...(others.length > 0 && {
        'worst error ÷ other libraries': Number(max(tasks, (_, i) => better(own.slice(0, 2), i) / better(others, i))),
      }),
      'not finite': own.reduce((sum, { wrong }) => sum + wrong, 0),
      ...Object.fromEntries(
        costs.flatMap(({ model, learning, run }) => [
          [`${model}, learning`, learning],
          [`${model}, % of a quantum`, (100 * run) / quantum],
        ]),
      ),
      F1: Number(min(usual, ({ f1 }) => f1)),
      'known after': Number(max(usual, ({ p90 }) => p90)),
    },
  };
}
