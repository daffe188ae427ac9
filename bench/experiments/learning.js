// How fast a network learns a sound natively, on windows and on stretches; and a long sound, on windows drawn at random
// one by one or in runs of neighbours.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** @typedef {[seconds: number, heldOutLoss: number][]} Curve */
/** @typedef {{ epochs: number, stepMilliseconds: number, curve: Curve }} Run */
/** @typedef {{ mode: string } & Run} Mode */
/** @typedef {{ sound: string, modes: Mode[], windowLoss: number, windowSeconds: number, sequenceSeconds: number | null, ratio: number | null }} SoundResult */
/** @typedef {{ random: Run, blocks: Run }} LongSound */
/** @typedef {{ quick: boolean, log: (line: string) => void, signal?: AbortSignal }} Options */

export const title = 'Learning: held-out loss over time, on windows and on stretches';

const path = (/** @type {string} */ name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const names = ['piano', 'strings', 'drums'];
const windowEpochs = 200;
const [noGoal, ownRun] = [0, 1];

/** @param {(string | number)[]} args of lodestone-learning @param {AbortSignal} [signal] @returns {Promise<Run>} */
async function learn(args, signal) {
  const { stdout } = await promisify(execFile)(path('build/native/lodestone-learning'), args.map(String), { signal });
  return JSON.parse(stdout);
}

const wav = (/** @type {string} */ name) => path(`examples/sounds/${name}.wav`);
const seconds = (/** @type {Run} */ { curve }) => curve[curve.length - 1][0];

/** @param {string} sound @param {Options} options @returns {Promise<SoundResult>} */
async function learnSound(sound, { quick, log, signal }) {
  log(`${sound}, windows`);
  const windows = await learn(['windows', quick ? 1 : windowEpochs, noGoal, ownRun, 1, wav(sound)], signal);
  const windowLoss = Math.min(...windows.curve.map(([, loss]) => loss));
  log(`${sound}, sequence`);
  const sequence = await learn(['sequence', quick ? 30 : 600, windowLoss, ownRun, 1, wav(sound)], signal);
  const reached = sequence.curve[sequence.curve.length - 1][1] <= windowLoss;
  return {
    sound,
    modes: [
      { mode: 'windows', ...windows },
      { mode: 'sequence', ...sequence },
    ],
    windowLoss,
    windowSeconds: seconds(windows),
    sequenceSeconds: reached ? seconds(sequence) : null,
    ratio: reached ? seconds(sequence) / seconds(windows) : null,
  };
}

/** Two minutes made of the bundled sounds at changing speeds. @param {Options} options @returns {Promise<LongSound>} */
async function learnLongSound({ log, signal }) {
  const once = (/** @type {number} */ epochs, /** @type {number} */ run) =>
    learn(['windows', epochs, noGoal, run, 3, ...names.map(wav)], signal);
  log('two minutes, random windows');
  const random = await once(3, 1);
  log('two minutes, runs of neighbours');
  return { random, blocks: await once(6, 8) };
}

/**
 * All results as data. Only the training steps are timed; the held-out loss, on windows of the last tenth, is computed in
 * between.
 * @param {Options} options
 */
export async function learning(options) {
  const sounds = [];
  for (const name of options.quick ? names.slice(2) : names) sounds.push(await learnSound(name, options));
  return { sounds, longSound: options.quick ? undefined : await learnLongSound(options) };
}

/** @param {Options} options @returns {Promise<import('../types.d.ts').Findings & Awaited<ReturnType<typeof learning>>>} */
export async function run(options) {
  const { sounds, longSound } = await learning(options);
  return {
    sounds,
    longSound,
    text: [...sounds.map(soundText), ...(longSound ? [longText(longSound)] : [])],
    charts: [
      ...sounds.map(({ sound, modes }) => lossChart(sound, Object.fromEntries(modes.map((one) => [one.mode, one])))),
      ...(longSound
        ? [lossChart('two minutes', { 'random windows': longSound.random, 'runs of 8': longSound.blocks })]
        : []),
    ],
    values: values(sounds, longSound),
  };
}

/** @param {SoundResult} result */
function soundText({ sound, modes: [windows, sequence], windowLoss, windowSeconds, sequenceSeconds, ratio }) {
  const before = `${sound}: ${windows.epochs} epochs on windows took ${windowSeconds.toFixed(1)} s and reached a held-out loss of ${windowLoss.toPrecision(3)}`;
  if (sequenceSeconds === null || ratio === null) {
    return `${before}; ${sequence.epochs} epochs on stretches did not reach it.`;
  }
  return `${before}; on stretches the same loss took ${sequence.epochs} epochs and ${sequenceSeconds.toFixed(1)} s, 1/${(1 / ratio).toFixed(1)} of the time.`;
}

/** @param {LongSound} result */
function longText({ random, blocks }) {
  const [a, b] = [random, blocks].map(({ stepMilliseconds }) => stepMilliseconds.toFixed(1));
  const last = (/** @type {Run} */ { epochs, curve }) =>
    `${curve[curve.length - 1][1].toPrecision(3)} after ${epochs} epochs`;
  return `Two minutes of sound: a step takes ${a} ms on random windows and ${b} ms on runs of 8 neighbours. The held-out loss on random windows is ${last(random)} (${seconds(random).toFixed(0)} s), on runs ${last(blocks)} (${seconds(blocks).toFixed(0)} s).`;
}

/** @param {string} what @param {Record<string, Run>} runs */
function lossChart(what, runs) {
  return {
    title: `Held-out loss: ${what}`,
    x: { label: 'seconds of training', log: true },
    y: { label: 'mean squared error', log: true },
    series: Object.entries(runs).map(([name, { curve }]) => ({ name, points: curve })),
  };
}

/** @param {SoundResult[]} sounds @param {LongSound} [longSound] */
function values(sounds, longSound) {
  /** @type {Record<string, number>} */
  const all = {};
  for (const { sound, ratio } of sounds) if (ratio !== null) all[`${sound}, sequence ÷ windows`] = ratio;
  if (longSound) {
    all['step on random windows, ms'] = longSound.random.stepMilliseconds;
    all['step on runs of 8, ms'] = longSound.blocks.stepMilliseconds;
  }
  return all;
}
