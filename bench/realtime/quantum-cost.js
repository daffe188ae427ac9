// The cost of a quantum and how much it varies: the player in a Worker of either browser, quanta back to back, each timed.
import { max } from 'd3-array';
import { browserCompetitor } from '../competitors/browser.js';
import { short } from '../report/text.js';
import { evenness, exceedance, meanShare, quantiles, timeline } from './costs.js';

/**
 * @import { Competitor } from '../competitors/competitor.js'
 * @import { ExperimentOptions } from '../experiments.js'
 * @import { Findings } from '../types.d.ts'
 * @typedef {{ browser: string, name: string, first: number[], slots: number[][], allocations: number }} Played costs in µs: of the
 *     first second and of the slots after it
 */

export const title = 'The cost of a quantum';

const browsers = /** @type {const} */ (['chromium', 'firefox']);
const module = '/bench/realtime/in-page/quanta.js';
const quantumSeconds = 128 / 44100;
const second = Math.round(1 / quantumSeconds);
const slotSeconds = 10;
const named = ['window', 'stateful'];
const twin = (/** @type {string} */ name) => `${name} again`;
const fixedSum = 'a fixed sum';

/** Twins play the first slots, players shown for comparison one in six. @param {string} name @param {number} slot */
const plays = (name, slot) => named.includes(name) || (named.map(twin).includes(name) ? slot < 20 : slot % 6 === 0);

/** @param {ExperimentOptions} options @returns {Promise<Findings>} */
export async function run({ quick, log, signal }) {
  /** @type {Played[]} */
  const all = [];
  for (const browser of browsers) {
    log(browser);
    const competitor = browserCompetitor(browser, { browser, worker: true, module });
    const { workloads } = await competitor.start();
    try {
      const names = workloads.map(({ name }) => name);
      all.push(...(await playInTurns(competitor, names, { slots: quick ? 1 : 60, quick, signal })));
    } finally {
      await competitor.stop();
    }
  }
  return {
    text: text(all, quick),
    charts: charts(all),
    tables: [table(all)],
    estimates: estimates(all),
    values: Object.fromEntries(all.map((one) => [`allocations, ${one.browser}, ${one.name}`, one.allocations])),
  };
}

/**
 * @param {Competitor} competitor
 * @param {string[]} names
 * @param {{ slots: number, quick: boolean, signal: AbortSignal }} options
 * @returns {Promise<Played[]>}
 */
async function playInTurns(competitor, names, { slots, quick, signal }) {
  const play = async (/** @type {string} */ name, /** @type {number} */ quanta) =>
    /** @type {{ costs: number[], allocations: number }} */ (
      /** @type {unknown} */ (await competitor.run(name, quanta))
    );
  /** @type {Played[]} */
  const played = [];
  for (const name of names) {
    await competitor.setup(name);
    const { costs } = await play(name, second);
    played.push({ browser: competitor.name, name, first: costs, slots: [], allocations: 0 });
  }
  for (let slot = 0; slot < slots; ++slot) {
    for (const one of played) {
      signal.throwIfAborted();
      if (!plays(one.name, slot)) continue;
      const { costs, allocations } = await play(one.name, (quick ? 1 : slotSeconds) * second);
      one.slots.push(costs);
      one.allocations += allocations;
    }
  }
  return played;
}

/**
 * The lower cost of every quantum that twins played: a momentary disturbance hits only one of them, and what varies in both
 * is the player's own variation.
 * @param {Played[]} all
 * @param {Played} one
 */
function lesserCosts(all, { browser, name, slots }) {
  const other = all.find((played) => played.browser === browser && played.name === twin(name));
  return other?.slots.flatMap((costs, i) => costs.map((cost, j) => Math.min(cost, slots[i][j]))) ?? [];
}

/** @param {Played[]} all */
function estimates(all) {
  const entries = all
    .filter(({ name }) => named.includes(name))
    .flatMap((one) => {
      const sum = all.find(({ browser, name }) => browser === one.browser && name === fixedSum);
      const [own, machine] = [lesserCosts(all, one), sum.slots.flat()].map((costs) => short(evenness(costs).value));
      const note = `${own} in the lower of two runs, ${machine} for a loop of fixed length`;
      return [
        [`share, ${one.browser}, ${one.name}`, meanShare(one.slots, 1e6 * quantumSeconds)],
        [`evenness, ${one.browser}, ${one.name}`, { ...evenness(one.slots.flat()), note }],
      ];
    });
  return Object.fromEntries(entries);
}

/** @param {Played[]} all */
function charts(all) {
  return browsers.flatMap((browser) => {
    const here = all.filter((one) => one.browser === browser && !one.name.endsWith('again'));
    const lesser = here
      .filter(({ name }) => named.includes(name))
      .map((one) => ({ name: `${one.name}, the lower of two runs`, points: exceedance(lesserCosts(all, one)) }));
    return [
      {
        title: `${browser}: share of quanta that cost more`,
        x: { label: 'µs', log: true },
        y: { label: 'share of quanta', log: true },
        series: [...here.map(({ name, slots }) => ({ name, points: exceedance(slots.flat()) })), ...lesser],
      },
      {
        title: `${browser}: the most expensive quantum in every ${slotSeconds / 2} s`,
        x: { label: 'minutes of sound' },
        y: { label: 'µs; a quantum lasts 2,902', log: true },
        series: here
          .filter(({ name }) => named.includes(name))
          .map(({ name, slots }) => ({ name, points: timeline(slots.flat(), quantumSeconds) })),
      },
    ];
  });
}

/** @param {Played[]} all */
function table(all) {
  const rounded = (/** @type {number} */ value) => Number(value.toPrecision(3));
  return {
    title: 'Quanta of 128 samples at 44.1 kHz, costs in µs',
    columns: [
      'browser',
      'player',
      'quanta',
      'mean, % of real time',
      'median',
      'p99',
      'p99.9',
      'maximum',
      'p99.9 ÷ median',
      'including the first second',
      'lower of two runs',
    ],
    rows: all.map((one) => {
      const { browser, name, first, slots } = one;
      const costs = slots.flat();
      const lesser = named.includes(name) ? short(evenness(lesserCosts(all, one)).value) : null;
      const values = quantiles(costs, [0.5, 0.99, 0.999, 1]);
      const ratios = [evenness(costs).value, evenness([...first, ...costs]).value];
      const mean = meanShare(slots, 1e6 * quantumSeconds).value;
      return [browser, name, costs.length, ...[mean, ...values, ...ratios].map(rounded), lesser];
    }),
  };
}

/** @param {Played[]} all @param {boolean} quick */
function text(all, quick) {
  const costs = all.filter(({ name }) => named.includes(name)).flatMap(({ slots }) => slots.flat());
  const dearest = /** @type {number} */ (max(costs));
  return [
    `The bundled quality model, 2×128, 2048/512 at 44.1 kHz: in window mode with look-ahead 3, stateful with look-ahead 0, 4 iterations of LWS online each. ${quick ? 'A second' : '10 minutes'} of quanta run in a Worker of a cross-origin isolated page, because browsers provide their finest clock there. The first second is excluded, because the browser is still compiling. The players alternate in slots of ${slotSeconds} s of sound.`,
    `Two references separate the player's variation from the machine's. The fixed sum is a loop of constant length that uses no memory. And for the first 200 s a second player repeats exactly what the first one played in the slot before; the lower cost of each quantum is that of the player, unless an interruption hit both. The most expensive quantum, ${Math.round(dearest)} µs, takes ${Math.round((100 * dearest) / (1e6 * quantumSeconds))} % of its duration.`,
  ];
}
