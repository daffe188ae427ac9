// Another experiment from the MAGNet paper: the same processing in a ScriptProcessorNode, which runs on the main thread, and
// in an AudioWorklet, which does not, with an idle and a busy main thread, in real time.

import { openPage } from '../open-page.js';

export const title = 'ScriptProcessorNode and AudioWorklet';

const inPage = '/bench/experiments/audio-page.js';

/** `length`: samples of a buffer, 0 for the AudioWorklet's own 128. */
const nodes = [
  { name: 'ScriptProcessorNode, 256', length: 256 },
  { name: 'ScriptProcessorNode, 4096', length: 4096 },
  { name: 'AudioWorklet, 128', length: 0 },
];

/**
 * @param {{ quick: boolean, log: (line: string) => void }} options
 * @returns {Promise<import('../types.d.ts').Findings>}
 */
export async function run({ quick, log }) {
  const cases = [];
  const seconds = quick ? 0.5 : 10;
  for (const browser of ['chromium', 'firefox']) {
    const { call, close } = await openPage(browser);
    try {
      for (const busy of quick ? [true] : [false, true]) {
        for (const { name, length } of nodes) {
          log(`${browser}, ${name}, main thread ${busy ? 'busy' : 'idle'}`);
          const heard = await call(inPage, 'play', { length, busy, seconds });
          cases.push({ browser, name, busy, dropped: (heard.silent + heard.stale) / heard.quanta, ...heard });
        }
      }
    } finally {
      await close();
    }
  }
  return { text: text(cases), tables: [table(cases, seconds)], values: values(cases) };
}

const percent = (/** @type {number} */ share) => Number((100 * share).toFixed(1));
const milliseconds = (/** @type {number} */ seconds) => Number((1000 * seconds).toFixed(1));
const thread = ({ busy }) => (busy ? 'busy' : 'idle');

function table(cases, seconds) {
  return {
    title: `Output during ${seconds} s, in quanta of 128 samples`,
    columns: [
      'browser',
      'node, samples per callback',
      'main thread',
      'quanta',
      'silent',
      'repeated',
      'dropped, %',
      'skips',
      'delay of the node, ms',
      'between callbacks, p95, ms',
      'longest, ms',
      'device underruns',
    ],
    rows: cases.map((one) => [
      one.browser,
      one.name,
      thread(one),
      one.quanta,
      one.silent,
      one.stale,
      percent(one.dropped),
      one.skips,
      milliseconds(one.delay),
      Number(one.gaps.p95.toFixed(1)),
      Number(one.gaps.longest.toFixed(1)),
      one.underruns && one.underruns.events,
    ]),
  };
}

function values(cases) {
  return Object.fromEntries(
    cases.map((one) => [`${one.browser}, ${one.name}, main thread ${thread(one)}, dropped %`, percent(one.dropped)]),
  );
}

function text(cases) {
  const find = (browser, length) =>
    cases.find((one) => one.busy && one.browser === browser && one.name === nodes[length].name);
  const dropped = (browser, length) => `${percent(find(browser, length).dropped)} %`;
  const delay = (browser, length) => `${Math.round(1000 * find(browser, length).delay)} ms`;
  return [
    'Both nodes compute 256 oscillators and output a sample counter. From it a listener on the audio thread detects silent quanta, ' +
      'repeated buffers and skips. "Busy" means that the main thread is blocked for 80 ms of every 100.',
    `With a busy main thread, the ScriptProcessorNode with buffers of 256 loses ${dropped('chromium', 0)} of the quanta in Chromium; ` +
      `Firefox loses ${dropped('firefox', 0)} but delays the sound instead (${delay('firefox', 0)} here), because its queue grows while ` +
      'the main thread falls behind.',
    `Buffers of 4096 (93 ms) lose ${dropped('chromium', 1)} in Chromium and ${dropped('firefox', 1)} in Firefox; the AudioWorklet ` +
      `with its 128 samples loses ${dropped('chromium', 2)} and ${dropped('firefox', 2)} and adds no delay, because it does not wait ` +
      'for the main thread.',
  ];
}
