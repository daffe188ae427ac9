// From a parameter to the first changed sample and to half of the effect: both presets, look-ahead 0 to 3, spread and not.
import { max, mean, median, min } from 'd3-array';
import { readFile } from 'node:fs/promises';
import { prepare } from '../../js/index.js';
import { acts, measureChange } from './change.js';
import { liveModel } from './live-model.js';
import { modelFile } from './models.js';

/**
 * @import { ExperimentOptions } from '../experiments.js'
 * @import { Findings } from '../types.d.ts'
 * @import { Change } from './change.js'
 * @typedef {{ preset: string, hop: number, lookAhead: number, spread: boolean, act: string, says: number[], changes: Change[] }} Measured
 */

export const title = 'From a parameter to the sound';

const presets = /** @type {const} */ ([
  { preset: 'responsive', hop: 128 },
  { preset: 'quality', hop: 512 },
]);
const sampleRate = 44100;
const milliseconds = (/** @type {number} */ samples) => (1000 * samples) / sampleRate;
const rounded = (/** @type {number} */ value) => Number(value.toPrecision(3));

/** The first sample of a hop, the second, the last, and others in between. @param {number} hop @param {boolean} quick */
const phasesOf = (hop, quick) =>
  quick ? [0, 1, hop - 1] : [...Array.from({ length: 8 }, (_, i) => (i * hop) / 8), 1, hop - 1];

/** @param {ExperimentOptions} options @returns {Promise<Findings>} */
export async function run({ quick, log, signal }) {
  const module = await prepare();
  /** @type {Measured[]} */
  const all = [];
  for (const { preset, hop } of presets) {
    const live = liveModel(module, await readFile(modelFile(preset)));
    for (const spread of [true, false]) {
      for (const lookAhead of [0, 1, 2, 3]) {
        for (const act of lookAhead === 0 && spread ? Object.keys(acts) : ['brightness']) {
          signal.throwIfAborted();
          log(`${preset}, look-ahead ${lookAhead}, ${spread ? 'spread' : 'not spread'}, ${act}`);
          const options = { seed: 1, mode: 'stateful', lookAhead, spread };
          const what = { hop, phases: phasesOf(hop, quick), act: acts[act], options };
          all.push({ preset, hop, lookAhead, spread, act, ...measureChange(module, live, what) });
        }
      }
    }
  }
  return {
    text: [
      'The player continues from the same state with and without a change; the first sample whose bits differ is the first changed sample. This is repeated for 10 phases of the hop: with the change at the start of a hop, one sample later, and so on until one sample before the next hop. Half effect means that the difference has reached half of its final amplitude, averaged over 24 places in the sound. Times count from the quantum in which the parameter has its new value.',
      'Brightness changes from 0 to +24 dB per octave, pitch by 7 semitones, and the trigger jumps to 0.7, where the half effect depends on the sound at that place. The mode is stateful; it makes no difference here.',
    ],
    charts: presets.map(({ preset }) => chart(preset, all)),
    tables: [table(all)],
    values: values(all),
  };
}

/** @param {Measured[]} all */
function values(all) {
  const entries = all.flatMap(({ preset, lookAhead, spread, act, changes }) => {
    const name = `${preset}, look-ahead ${lookAhead}, ${spread ? 'spread' : 'not spread'}, ${act}`;
    const first = changes.map(({ first }) => milliseconds(first));
    const half = changes.map(({ half }) => milliseconds(half));
    return [
      [`${name}, first, median`, median(first)],
      [`${name}, first, worst`, max(first)],
      [`${name}, half, worst`, max(half)],
    ];
  });
  return Object.fromEntries(entries);
}

/** How the effect rises, the mean over the hop's phases. @param {string} preset @param {Measured[]} all */
function chart(preset, all) {
  const shown = all.filter((one) => one.preset === preset && one.spread && one.act === 'brightness');
  return {
    title: `${preset}: effect of a change of brightness over time`,
    x: { label: 'ms after the change' },
    y: { label: 'share of the effect' },
    series: shown.map(({ lookAhead, hop, changes }) => {
      const steps = Array.from({ length: 80 }, (_, i) => Math.round((i * 10 * hop) / 80));
      const share = (/** @type {number} */ n) => mean(changes, ({ effect }) => Math.min(1.2, effect[n]));
      const points = steps.map((n) => /** @type {[number, number]} */ ([milliseconds(n), share(n)]));
      return { name: `look-ahead ${lookAhead}`, points };
    }),
  };
}

/** @param {Measured[]} all */
function table(all) {
  return {
    title: 'Milliseconds at 44.1 kHz',
    columns: [
      'preset',
      'look-ahead',
      'spread',
      'what',
      'first changed sample: minimum',
      'median',
      'worst',
      'half effect: median',
      'worst',
      'reported by the player: min, max, half',
    ],
    rows: all.map(({ preset, lookAhead, spread, act, says, changes }) => {
      const first = changes.map(({ first }) => first);
      const half = changes.map(({ half }) => half);
      const figures = [min(first), median(first), max(first), median(half), max(half)];
      const said = says.map((samples) => rounded(milliseconds(samples))).join(', ');
      const shown = figures.map((samples) => rounded(milliseconds(samples)));
      return [preset, lookAhead, spread ? 'yes' : 'no', act, ...shown, said];
    }),
  };
}
