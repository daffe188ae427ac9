// Generator nodes and empty processors, alternately: how often the device had to wait for either.
import { sum } from 'd3-array';
import { openPage } from '../open-page.js';
import { bootstrap } from '../statistics.js';
import { lostTime } from './lost-time.js';

/**
 * @import { ExperimentOptions } from '../experiments.js'
 * @import { Found } from '../types.d.ts'
 * @typedef {{ quanta: number, silent: number, longest: number, floors: number[], busy: number,
 *     underruns: { events: number, seconds: number } | null, meters: { cpu: number, quality: number }[] }} Heard
 * @typedef {{ browser: string, kind: string, slots: Heard[], wall: number[] }} Listened wall: minutes at which slots began
 * @typedef {{ model: string, count: number, players: Record<string, object>, busy: boolean, seconds: number }} Play players:
 *     options of the nodes by kind; seconds: for each kind, in each browser
 */

const listening = '/bench/realtime/in-page/listening.js';
const slotSeconds = 15;

/** @param {Play} what @param {ExperimentOptions} options @returns {Promise<Listened[]>} */
export async function listenInTurns({ seconds, ...what }, { quick, log, signal }) {
  const slots = quick ? 1 : Math.round(seconds / slotSeconds);
  const all = [];
  for (const browser of ['chromium', 'firefox']) {
    const { call, close } = await openPage(browser);
    try {
      await call(listening, 'begin', what);
      const begun = performance.now();
      const kinds = [...Object.keys(what.players), 'empty'];
      const here = kinds.map((kind) => ({ browser, kind, slots: [], wall: [] }));
      for (let slot = 0; slot < slots; ++slot) {
        log(`${browser}, slot ${slot + 1} of ${slots}`);
        for (const { kind, slots, wall } of here) {
          signal.throwIfAborted();
          wall.push((performance.now() - begun) / 60000);
          slots.push(await call(listening, 'listen', { kind, seconds: quick ? 2 : slotSeconds }));
        }
      }
      await call(listening, 'end');
      all.push(...here);
    } finally {
      await close();
    }
  }
  return all;
}

/** Underruns of a slot: the context's own figure if it has one. @param {Heard} heard */
const underruns = ({ underruns, floors }) => (underruns ? underruns.events : lostTime(floors).events);

/**
 * For each browser and kind of player how many more underruns it had than the empty processors.
 * @param {Listened[]} all
 * @returns {Record<string, Found>}
 */
export function moreUnderruns(all) {
  const players = all.filter(({ kind }) => kind !== 'empty');
  const entries = players.map(({ browser, kind, slots }) => {
    const empty = all.find((one) => one.browser === browser && one.kind === 'empty').slots.map(underruns);
    const own = slots.map(underruns);
    const pairs = own.map((count, i) => count - empty[i]);
    const found = bootstrap([pairs], ([list]) => sum(list));
    return [`${browser}, ${kind}`, { ...found, note: `${sum(own)} and ${sum(empty)}` }];
  });
  return Object.fromEntries(entries);
}

/** @param {string} title @param {Listened[]} all */
export function chart(title, all) {
  return {
    title,
    x: { label: 'minutes' },
    y: { label: 'ms of sound lost so far, by the clock' },
    series: all.map(({ browser, kind, slots, wall }) => {
      let lost = 0;
      const points = slots.map(({ floors }, i) => [wall[i], (lost += lostTime(floors).milliseconds)]);
      return { name: `${browser}, ${kind}`, points: /** @type {[number, number][]} */ ([[0, 0], ...points]) };
    }),
  };
}

/** @param {Listened[]} all */
export function table(all) {
  const rounded = (/** @type {number} */ value) => Number(value.toPrecision(3));
  const share = (/** @type {number[]} */ list) => rounded(100 * (sum(list) / Math.max(1, list.length)));
  return {
    title: 'Underruns and timing',
    columns: [
      'browser',
      'processor',
      'quanta',
      'underruns by the context',
      'duration, ms',
      'underruns by the clock',
      'duration, ms',
      'silent quanta',
      'longest time between quanta, ms',
      'main thread busy, %',
      'CPU from the meter, %',
      'slots with reduced quality',
    ],
    rows: all.map(({ browser, kind, slots }) => {
      const own = slots.map(({ underruns }) => underruns).filter(Boolean);
      const lost = slots.map(({ floors }) => lostTime(floors));
      const meters = slots.flatMap(({ meters }) => meters);
      return [
        browser,
        kind,
        sum(slots, ({ quanta }) => quanta),
        own.length > 0 ? sum(own, ({ events }) => events) : null,
        own.length > 0 ? rounded(1000 * sum(own, ({ seconds }) => seconds)) : null,
        sum(lost, ({ events }) => events),
        rounded(sum(lost, ({ milliseconds }) => milliseconds)),
        kind === 'empty' ? null : sum(slots, ({ silent }) => silent),
        Math.max(...slots.map(({ longest }) => longest)),
        share(slots.map(({ busy }) => busy)),
        meters.length > 0 ? share(meters.map(({ cpu }) => cpu)) : null,
        meters.length > 0 ? slots.filter(({ meters }) => meters.some(({ quality }) => quality > 0)).length : null,
      ];
    }),
  };
}
