// From the pointer to the sound: a click in the page, and everything up to the first changed sample before the destination.
import { setTimeout as sleep } from 'node:timers/promises';
import { within } from '../../scripts/browsers.js';
import { openPage } from '../open-page.js';
import { medianEstimate, summary } from '../statistics.js';
import { models } from './model-addresses.js';

/**
 * @import { ExperimentOptions } from '../experiments.js'
 * @import { Findings } from '../types.d.ts'
 * @typedef {{ handled: number, set: number, seen: number, changed: number, reached: number }} Press ms after the event
 */

export const title = 'From the pointer to the sound';

const inPage = '/bench/realtime/in-page/pointer.js';
const stages = /** @type {const} */ ([
  ['handled', 'the handler runs'],
  ['set', 'the parameter is set'],
  ['seen', 'a quantum sees it'],
  ['changed', 'the first changed sample is computed'],
  ['reached', 'it reaches the destination'],
]);

/** @param {ExperimentOptions} options @returns {Promise<Findings>} */
export async function run({ quick, log, signal }) {
  const { page, call, close } = await openPage('chromium');
  const count = quick ? 3 : 40;
  /** @type {Press[]} */
  const presses = [];
  try {
    const latencies = await call(inPage, 'begin', { model: models.responsive });
    for (let i = 0; i < count; ++i) {
      signal.throwIfAborted();
      log(`click ${i + 1} of ${count}`);
      await call(inPage, 'prepare');
      await call(inPage, 'listen');
      await sleep(50 + ((i * 37) % 50)); // not in step with frames and buffers
      await page.mouse.click(100, 100);
      presses.push(await within(call(inPage, 'press'), 'the effect of a click', 10000));
    }
    return findings(presses, latencies);
  } finally {
    await close();
  }
}

/** @param {Press[]} presses @param {{ base: number, output: number }} latencies @returns {Findings} */
function findings(presses, { base, output }) {
  const rounded = (/** @type {number} */ value) => Number(value.toPrecision(3));
  const lists = Object.fromEntries(stages.map(([key]) => [key, presses.map((press) => press[key])]));
  const row = (/** @type {string} */ name, /** @type {number[]} */ list) => {
    const { min, median, p95 } = summary(list);
    return [name, ...[min, median, p95].map(rounded)];
  };
  return {
    text: [
      'Responsive preset, look-ahead 0, in Chromium, with the page otherwise idle. Two nodes with the same seed play; a click from the browser’s input pipeline raises the brightness of one of them. A processor before the destination compares both sample by sample. Times count from event.timeStamp. Times on the audio thread come from a clock with a resolution of one millisecond, so single values may be off by that much.',
      `The context reports baseLatency ${rounded(base)} ms and outputLatency ${rounded(output)} ms, which must be added. Sound is computed in bursts of one device buffer: a changed sample may be computed together with the quantum that sees the change, but reach the destination later. The later time counts.`,
    ],
    charts: [
      {
        title: 'From the pointer to the sound: share of clicks',
        x: { label: 'ms after the event' },
        y: { label: 'share of clicks' },
        series: stages.map(([key, name]) => ({ name, points: distribution(lists[key]) })),
      },
    ],
    tables: [
      {
        title: 'Milliseconds after the event',
        columns: ['stage', 'minimum', 'median', 'p95'],
        rows: stages.map(([key, name]) => row(name, lists[key])),
      },
    ],
    estimates: { reached: medianEstimate(lists.reached) },
  };
}

/** The share that is over by each time. @param {number[]} times @returns {[number, number][]} */
function distribution(times) {
  const sorted = times.slice().sort((a, b) => a - b);
  return sorted.map((time, i) => [time, (i + 1) / sorted.length]);
}
