// The whole job, from a file of 9 s of piano to a model: ours with the defaults, and other libraries that follow the same
// recipe, until all have learned the sound equally well.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { mean } from 'd3-array';
import { Magnet } from '../../js/index.js';
import { openPage } from '../open-page.js';

/**
 * @typedef {{ quick: boolean, peers?: boolean, signal: AbortSignal, log: (text: string) => void }} Options
 * @typedef {{ version: string, seconds: number, losses: number[] }} Training
 * @typedef {Training & { name: string, reached: number | null }} Result `reached`: seconds until the loss was low enough
 */

export const title = 'The whole job: 9 s of piano, the default training, from the file to the model';

const path = (/** @type {string} */ name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const program = promisify(execFile);
const rivalsModule = '../peers/index.js'; // hidden from the type checker, which lacks its packages
const limit = 150; // seconds, after which a library is stopped
const learned = 100; // epochs after which a dream sounds like the sound
const window = 10; // epochs over which losses are averaged
/** How much higher than ours a loss counts as equal: the losses of two seeds differ by about as much. */
const tolerance = 1.1;

/** In the page. @param {{ epochs?: number, learned: number }} job */
async function trainInPage({ epochs, learned }) {
  const library = '/js/index.js';
  const { Magnet } = await import(library);
  const response = await fetch('/examples/sounds/piano.wav');
  const file = new File([await response.blob()], 'piano.wav');
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  /** @type {number | null} */
  let heard = null;
  /** @param {{ losses: number[] }} model */
  const onModel = ({ losses }) => {
    if (losses.length >= learned) heard ??= seconds();
  };
  const model = await Magnet.train(file, { epochs, onModel });
  return { seconds: seconds(), losses: model.losses, heard };
}

/** @param {number} [epochs] */
async function inChromium(epochs) {
  const { version, page, close } = await openPage('chromium');
  try {
    return { version, ...(await page.evaluate(trainInPage, { epochs, learned })) };
  } finally {
    await close();
  }
}

/** The command line, natively; also the measures of a minute of dream. @param {Options} options @param {number} [epochs] */
async function natively({ quick, signal }, epochs) {
  const folder = await mkdtemp(join(tmpdir(), 'lodestone-whole-job-'));
  const [model, dream] = ['model.safetensors', 'dream.wav'].map((name) => join(folder, name));
  const lodestone = (/** @type {string[]} */ ...args) => program(path('build/native/lodestone'), args, { signal });
  const sound = path('examples/sounds/piano.wav');
  try {
    const start = performance.now();
    await lodestone('train', sound, '-o', model, ...(epochs ? ['--epochs', `${epochs}`] : []));
    const seconds = (performance.now() - start) / 1000;
    const { losses } = await Magnet.load(model);
    return { version: 'the command line, one thread', seconds, losses, measures: quick ? null : await measures() };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }

  async function measures() {
    await lodestone('generate', model, '-o', dream, '--seconds', '60');
    const { stdout } = await program(
      process.env.PYTHON ?? 'python3',
      [path('tests/quality/measure.py'), sound, dream],
      { signal },
    );
    return stdout.trim().replace(`${dream}  `, '');
  }
}

/** The other libraries. @param {Options} options @param {number} [epochs] */
async function learnByPeers({ log, signal }, epochs = 0) {
  const { learners } = await import(rivalsModule);
  /** @type {(Training & { name: string })[]} */
  const trainings = [];
  /** @type {string[]} */
  const missing = [];
  for (const { name, learn } of learners()) {
    signal.throwIfAborted();
    log(name);
    try {
      trainings.push({ name, ...(await learn(epochs, limit)) });
    } catch (error) {
      missing.push(`${name} did not run: ${/** @type {Error} */ (error).message.trim()}`);
    }
  }
  return { trainings, missing };
}

/** @param {Options} options @returns {Promise<import('../types.d.ts').Findings>} */
export async function run(options) {
  const epochs = options.quick ? 2 : undefined;
  options.log('Chromium');
  const { heard, ...own } = await inChromium(epochs);
  options.log('native');
  const { measures, ...native } = await natively(options, epochs);
  const { trainings: peers, missing } = options.peers
    ? await learnByPeers(options, epochs)
    : { trainings: [], missing: [] };
  const goal = tolerance * lossAt(own.losses, own.losses.length);
  const all = [{ name: 'Chromium', ...own }, { name: 'native', ...native }, ...peers];
  const results = all.map((one) => ({ ...one, reached: secondsTo(goal, one) }));
  return findings(results, { goal, heard, measures, missing, epochs: own.losses.length });
}

/** The mean loss of the last epochs up to one. @param {number[]} losses @param {number} epoch */
const lossAt = (losses, epoch) => /** @type {number} */ (mean(losses.slice(Math.max(0, epoch - window), epoch)));

/** Epochs take equally long. @param {number} goal @param {Training} training */
function secondsTo(goal, { seconds, losses }) {
  const at = losses.findIndex((_, i) => lossAt(losses, i + 1) <= goal);
  return at < 0 ? null : (seconds * (at + 1)) / losses.length;
}

/**
 * @param {Result[]} results ours in Chromium first
 * @param {{ goal: number, heard: number | null, measures: string | null, missing: string[], epochs: number }} about
 */
function findings(results, { goal, heard, measures, missing, epochs }) {
  const [own] = results;
  /** @type {Record<string, number>} */
  const values = { Chromium: results[0].seconds, native: results[1].seconds };
  if (heard !== null) values[`Chromium, ${learned} epochs`] = heard;
  for (const { name, reached } of results.slice(2)) {
    if (reached !== null && own.reached !== null) values[`Chromium ÷ ${name}`] = own.reached / reached;
  }
  const text = [
    `The default training of Lodestone, ${epochs} epochs, from the file to the model in memory (Chromium) or on disk (native), on ` +
      'one thread. The other libraries follow the same recipe with the same settings: stretches of sound in lanes, predictions ' +
      'fed back, the same layers, loss, optimiser and learning rates. They are given the spectrum, and its principal components ' +
      'if the recipe has them; only their training is timed. TensorFlow.js does not clip gradients.',
    `Equally well means: a training loss (mean squared error of ln(1 + m) over all bins, mean of ${window} epochs) of at most ` +
      `${goal.toPrecision(3)}, ${tolerance} times that of Lodestone in Chromium at its end. All report this loss, and with the same ` +
      'recipe it stands for the likeness of the dreams, which itself varies too much from seed to seed to end a training by it.',
    `A library that has not finished after ${limit} s is stopped.`,
    ...missing,
  ];
  if (measures) text.push(`A minute of dream of the native model: ${measures} (see docs/quality.md).`);
  return { text, tables: [table(results, epochs)], values };
}

/** @param {Result[]} results @param {number} epochs */
function table(results, epochs) {
  const [own] = results;
  const rounded = (/** @type {number | null} */ value) => value && Number(value.toPrecision(3));
  return {
    title: 'Seconds to equal loss',
    columns: [
      'who',
      'to equal loss, s',
      '÷ Chromium',
      'epochs',
      'all of it, s',
      'all epochs at this rate, s',
      'last loss',
      'version',
    ],
    rows: results.map(({ name, reached, seconds, losses, version }) => [
      name,
      reached === null
        ? `not reached${losses.length < epochs ? `, stopped after ${Math.round(seconds)} s` : ''}`
        : rounded(reached),
      rounded(reached && own.reached && reached / own.reached),
      losses.length,
      rounded(seconds),
      rounded((seconds * epochs) / losses.length),
      rounded(lossAt(losses, losses.length)),
      version,
    ]),
  };
}
