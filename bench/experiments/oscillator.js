// An experiment from the MAGNet paper: a sine oscillator, called once per sample across the boundary between JavaScript and
// compiled code. How many calls fit in the duration of one sample, depending on the time since the start?

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { launch } from '../../scripts/browsers.js';
import { serve } from '../../scripts/serve.js';
import { connectProcess } from '../competitors/process.js';

/** @typedef {{ start: number, first: number, warm: number }} Timing milliseconds: before the first sample, the first run, a later one */
/** @typedef {(way: string, samples: number) => Promise<Timing>} Measure in a scope in which nothing has run */
/** @typedef {{ measure: Measure, close: () => Promise<void> }} Place */
/** @typedef {{ samples: number, withStart: number, cold: number, warm: number }} Point samples computed in the duration of one */
/** @typedef {{ place: string, way: string, points: Point[] }} Curve */

export const title = 'The paper’s oscillator: one call per sample across the boundary';

const sampleMilliseconds = 1000 / 44100;
const module = new URL('oscillator-module.js', import.meta.url);
const ways = ['wasm, one call per sample', 'wasm, one call per block', 'javascript, one call per sample'];
/** @type {Record<string, () => Promise<Place>>} */
const places = { Node: inNode, Chromium: inBrowser('chromium'), Firefox: inBrowser('firefox'), native: natively };

/** @param {{ quick: boolean, log: (line: string) => void }} options */
export async function run({ quick, log }) {
  const exponents = quick ? [3, 5] : [3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7];
  const lengths = exponents.map((exponent) => 128 * Math.round(10 ** exponent / 128)); // whole blocks
  /** @type {Curve[]} */
  const found = [];
  for (const [place, open] of Object.entries(places)) {
    log(place);
    const { measure, close } = await open();
    try {
      for (const way of place === 'native' ? ways.slice(0, 2) : ways) {
        found.push({ place, way, points: await curve(measure, way, lengths, quick ? 1 : 3) });
      }
    } finally {
      await close();
    }
  }
  return { text: text(found), charts: charts(found), tables: [table(found)], values: values(found) };
}

/**
 * For each length, how many samples are computed in the duration of one: from the start of compilation, from the first sample,
 * and when warm. Medians of `tries` fresh scopes.
 * @param {Measure} measure
 * @param {string} way
 * @param {number[]} lengths
 * @param {number} tries
 */
async function curve(measure, way, lengths, tries) {
  const points = [];
  for (const samples of lengths) {
    /** @type {Timing[]} */
    const timings = [];
    for (let i = 0; i < tries; ++i) timings.push(await measure(way, samples));
    const rate = (/** @type {(timing: Timing) => number} */ milliseconds) =>
      (samples * sampleMilliseconds) / median(timings.map(milliseconds));
    points.push({
      samples,
      withStart: rate(({ start, first }) => start + first),
      cold: rate(({ first }) => first),
      warm: rate(({ warm }) => warm),
    });
  }
  return points;
}

/** @param {number[]} list */
const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];

/** The requests to bench/answer.js in a fresh scope. @param {string} way @param {number} samples */
const requests = (way, samples) => [
  { do: 'list' },
  { do: 'setup', workload: way },
  { do: 'run', workload: way, runs: samples },
  { do: 'run', workload: way, runs: 128000 },
  { do: 'run', workload: way, runs: samples },
];

/** The timing from its answers. @param {any[]} answers @returns {Timing} */
function timingOf(answers) {
  for (const { error, ok } of answers) if (error || ok === false) throw new Error(error ?? 'wrong samples');
  const [, , first, , warm] = answers;
  return { start: first.start, first: first.milliseconds, warm: warm.milliseconds };
}

/** @returns {Promise<Place>} */
async function inNode() {
  const server = fileURLToPath(new URL('../competitors/serve-module.js', import.meta.url));
  const measure = async (/** @type {string} */ way, /** @type {number} */ samples) => {
    const { ask, close } = await connectProcess(process.execPath, [server, module.href], {});
    const answers = [];
    for (const request of requests(way, samples)) answers.push(await ask(request));
    await close();
    return timingOf(answers);
  };
  return { measure, close: async () => {} };
}

/** @param {string} name @returns {() => Promise<Place>} */
function inBrowser(name) {
  return async () => {
    const browser = await launch(name);
    const server = await serve({ isolated: true });
    const close = async () => {
      await browser.close();
      await server.close();
    };
    const page = await browser.newPage();
    await page.goto(`${server.url}/bench/page.html`);
    const measure = async (/** @type {string} */ way, /** @type {number} */ samples) =>
      timingOf(await page.evaluate(inFreshWorker, requests(way, samples)));
    return { measure, close };
  };
}

/** Runs in the page: returns the answers of a new Worker. @param {object[]} requests */
async function inFreshWorker(requests) {
  const worker = new Worker('/bench/worker.js?module=/bench/experiments/oscillator-module.js', { type: 'module' });
  const answers = [];
  for (const request of requests) {
    const answer = /** @type {Promise<any>} */ (
      new Promise((done, failed) => {
        worker.onmessage = ({ data }) => done(data);
        worker.onerror = ({ message }) => failed(new Error(message));
      })
    );
    worker.postMessage(request);
    answers.push(await answer);
  }
  worker.terminate();
  return answers;
}

/** @returns {Promise<Place>} */
async function natively() {
  const program = fileURLToPath(new URL('../../build/native/lodestone-oscillator', import.meta.url));
  const measure = async (/** @type {string} */ way, /** @type {number} */ samples) => {
    const kind = way.endsWith('block') ? 'block' : 'next';
    const { stdout } = await promisify(execFile)(program, [kind, String(samples)]);
    const [first, warm] = stdout.split(' ').map((nanoseconds) => (Number(nanoseconds) * samples) / 1e6);
    return { start: 0, first, warm };
  };
  return { measure, close: async () => {} };
}

/** @param {Curve[]} found */
function charts(found) {
  return Object.keys(places).map((place) => ({
    title: `${place}: samples computed in the duration of one`,
    x: { label: 'samples after the start', log: true },
    y: { label: 'samples in 22.7 µs', log: true },
    series: found
      .filter((entry) => entry.place === place)
      .flatMap(({ way, points }) => [
        { name: `${way}, with the cold start`, points: points.map(({ samples, withStart }) => [samples, withStart]) },
        { name: `${way}, warm`, points: points.map(({ samples, warm }) => [samples, warm]) },
      ]),
  }));
}

/** @param {Curve[]} found */
function table(found) {
  const lengths = found[0].points.map(({ samples }) => samples);
  const [short, long] = [0, lengths.length - 1];
  const count = (/** @type {number} */ samples) => samples.toLocaleString('en');
  return {
    title: 'Samples computed in the duration of one, 22.7 µs',
    columns: [
      'host',
      'method',
      `first ${count(lengths[short])}, including compilation`,
      `first ${count(lengths[short])}`,
      `first ${count(lengths[long])}, including compilation`,
      'warm',
    ],
    rows: found.map(({ place, way, points }) => [
      place,
      place === 'native' ? way.replace('wasm', 'C++') : way,
      ...[points[short].withStart, points[short].cold, points[long].withStart, points[long].warm].map(rounded),
    ]),
  };
}

/** @param {number} value */
const rounded = (value) => Number(value.toPrecision(3));

/** @param {Curve[]} found */
function values(found) {
  const entries = found.flatMap(({ place, way, points }) => [
    [`${place}, ${way}, cold`, points[0].withStart],
    [`${place}, ${way}, warm`, points[points.length - 1].warm],
  ]);
  return Object.fromEntries(entries);
}

/** @param {Curve[]} found */
function text(found) {
  const [bySample, byBlock, script] = ways;
  /** @type {(place: string, way: string) => Point[]} */
  const points = (place, way) => found.find((entry) => entry.place === place && entry.way === way)?.points ?? [];
  const warm = (/** @type {string} */ place, /** @type {string} */ way) => points(place, way).slice(-1)[0].warm;
  const list = (/** @type {(place: string) => number} */ value) =>
    ['Chromium', 'Firefox'].map((place) => `${Math.round(value(place))} (${place})`).join(' and ');
  const nanoseconds = (/** @type {string} */ place) => ((1e6 * sampleMilliseconds) / warm(place, bySample)).toFixed(1);
  const half = points('Chromium', bySample).find(({ withStart }) => withStart >= warm('Chromium', bySample) / 2);
  const count = (/** @type {number} */ samples) => samples.toLocaleString('en');
  return [
    `The first ${count(found[0].points[0].samples)} calls after a cold start, including compilation, run at ` +
      `${list((place) => points(place, bySample)[0].withStart)} calls per sample of real time; the paper found 11. The module ` +
      'must be compiled, each function again at its first call, and the loop around it is still interpreted.',
    `When warm, it is ${list((place) => warm(place, bySample))}, where the paper found over 150 in Chrome and over 300 in Firefox, ` +
      `and ${Math.round(warm('native', bySample))} natively.`,
    'The cost of the boundary has almost disappeared, because optimised JavaScript calls compiled code directly. ' +
      `A call takes ${nanoseconds('Chromium')} ns in Chromium, ${nanoseconds('Firefox')} in Firefox and ` +
      `${nanoseconds('native')} natively, most of it for the sine itself. One call per block of 128 computes ` +
      `${list((place) => warm(place, byBlock))} samples in the duration of one, the same function in JavaScript ` +
      `${list((place) => warm(place, script))}.`,
    'Only the start is still slow: in Chromium the mean speed since the start reaches half of the warm speed ' +
      (half
        ? `after ${count(half.samples)} samples, ${(half.samples / 44100).toPrecision(2)} s of sound.`
        : 'after more than was measured here.'),
  ];
}
