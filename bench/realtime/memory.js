// The memory that playing allocates: blocks of the core's heap, and the JavaScript heap of the worklet, over ten minutes of
// sound that are rendered as fast as possible.
import { openPage } from '../open-page.js';
import { models } from './model-addresses.js';

/**
 * @import { ExperimentOptions } from '../experiments.js'
 * @import { Findings } from '../types.d.ts'
 * @typedef {{ browser: string, kind: string, before: number, allocations: number, sounding: number, heap?: Heap }} Rendered
 * @typedef {{ collected: [number, number], minutes: number[] }} Heap bytes in use: after a collection at the first and the last stop,
 *     and before any collection since the first
 */

export const title = 'Memory during playing';

const rendering = '/bench/realtime/in-page/rendering.js';
/** Maximum count in a float32: above it, some integers are missing. */
const mostCounted = 2 ** 24;

/**
 * Talks to the worklet of a page in Chromium through the DevTools protocol.
 * @param {any} page Playwright's
 */
async function attachToWorklet(page) {
  const session = await page.context().newCDPSession(page);
  /** @type {Map<number, (result: any) => void>} */
  const waiting = new Map();
  let sent = 0;
  const worklet = new Promise((done) =>
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.type === 'worklet') done(sessionId);
    }),
  );
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message);
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  return async (/** @type {string} */ method) => {
    const id = ++sent;
    const answered = new Promise((done) => waiting.set(id, done));
    const message = JSON.stringify({ id, method });
    await session.send('Target.sendMessageToTarget', { sessionId: await worklet, message });
    return answered;
  };
}

/** @param {string} kind @param {number} minutes @returns {Promise<Rendered>} */
async function renderInChromium(kind, minutes) {
  const { page, call, close } = await openPage('chromium');
  try {
    const ask = await attachToWorklet(page);
    const used = async () => (await ask('Runtime.getHeapUsage')).usedSize;
    const collected = async () => {
      await ask('HeapProfiler.collectGarbage');
      return used();
    };
    const stops = [1, ...Array.from({ length: minutes }, (_, i) => 60 * (i + 1))];
    await call(rendering, 'begin', { model: models.quality, kind, seconds: 60 * minutes + 1, stops });
    const first = await collected();
    /** @type {number[]} */
    const each = [];
    for (let i = 1; i < stops.length; ++i) {
      await call(rendering, 'goOn', i);
      each.push((await used()) - first);
    }
    const heap = { collected: /** @type {[number, number]} */ ([first, await collected()]), minutes: each };
    return { browser: 'chromium', kind, ...(await call(rendering, 'end')), heap };
  } finally {
    await close();
  }
}

/** Firefox can neither pause rendering nor report the worklet's heap. @param {number} minutes @returns {Promise<Rendered>} */
async function renderInFirefox(minutes) {
  const { call, close } = await openPage('firefox');
  const kind = 'generator';
  try {
    await call(rendering, 'begin', { model: models.quality, kind, seconds: 60 * minutes, stops: [] });
    return { browser: 'firefox', kind, ...(await call(rendering, 'end')) };
  } finally {
    await close();
  }
}

/** @param {ExperimentOptions} options @returns {Promise<Findings>} */
export async function run({ quick, log }) {
  const minutes = quick ? 1 : 10;
  log('chromium, an empty processor');
  const empty = await renderInChromium('empty', minutes);
  log('chromium, generator');
  const chromium = await renderInChromium('generator', minutes);
  log('firefox, generator');
  const firefox = await renderInFirefox(1);
  const all = [chromium, empty, firefox];
  for (const { browser, kind, sounding, before } of all) {
    if (kind === 'generator' && sounding === 0) throw new Error(`${browser} rendered silence`);
    if (before >= mostCounted) throw new Error(`${browser} made more allocations than can be counted`);
  }
  return { text, charts: [chart([chromium, empty])], tables: [table(all)], values: values(chromium, firefox) };
}

const kibibytes = (/** @type {number} */ bytes) => Number((bytes / 1024).toFixed(1));
const growth = (/** @type {Rendered} */ { heap }) => heap && kibibytes(heap.collected[1] - heap.collected[0]);
const most = (/** @type {Rendered} */ { heap }) => heap && kibibytes(Math.max(...heap.minutes));

/** @param {Rendered} chromium @param {Rendered} firefox */
const values = (chromium, firefox) => ({
  'allocations, chromium': chromium.allocations,
  'allocations, firefox': firefox.allocations,
  growth: growth(chromium),
  uncollected: most(chromium),
});

const text = [
  'A GeneratorNode (the bundled quality model, window mode, look-ahead 3) renders in an OfflineAudioContext: ten minutes of sound in Chromium, one in Firefox. A processor after it reads the core’s counter of heap allocations, lodestone_allocations, in every quantum; it also counts allocations of memory that was freed before.',
  'The JavaScript heap is that of the worklet’s thread, read with the DevTools protocol (Runtime.getHeapUsage) once a minute while rendering is suspended. “Growth” compares the heap after a garbage collection at the end with that after one at the first second. “Uncollected” is the maximum in use at any reading, including garbage, because nothing forces a collection in between. The empty processor shows what Chromium itself allocates. Firefox does not report a worklet’s heap.',
];

/** @param {Rendered[]} all */
const chart = (all) => ({
  title: 'Chromium: the worklet’s JavaScript heap, including garbage',
  x: { label: 'minutes of sound' },
  y: { label: 'KiB above the first second' },
  series: all.map(({ kind, heap }) => ({
    name: kind,
    points: /** @type {[number, number][]} */ ([[0, 0], ...heap.minutes.map((bytes, i) => [i + 1, kibibytes(bytes)])]),
  })),
});

/** @param {Rendered[]} all */
const table = (all) => ({
  title: 'After the first second',
  columns: ['browser', 'processor', 'allocations', 'heap growth, KiB', 'heap uncollected, KiB'],
  rows: all.map((one) => [one.browser, one.kind, one.allocations, growth(one) ?? null, most(one) ?? null]),
});
