// From createNode to the first sound, each time in a page that has played nothing before.
import { openPage } from '../open-page.js';
import { medianEstimate, medianOf } from '../statistics.js';
import { models } from './model-addresses.js';

/**
 * @import { ExperimentOptions } from '../experiments.js'
 * @import { Findings } from '../types.d.ts'
 * @typedef {{ browser: string, created: number[], heard: number[] }} Tries milliseconds after the call
 */

export const title = 'From createNode to the first sound';

const browsers = ['chromium', 'firefox'];

/** @param {string} browser @param {number} count @returns {Promise<Tries>} */
async function tries(browser, count) {
  const { page, call, close } = await openPage(browser);
  /** @type {Tries} */
  const found = { browser, created: [], heard: [] };
  try {
    for (let i = 0; i < count; ++i) {
      await page.reload();
      const what = { model: models.quality };
      const { created, heard } = await call('/bench/realtime/in-page/first-sound.js', 'firstSound', what);
      found.created.push(created);
      found.heard.push(heard);
    }
  } finally {
    await close();
  }
  return found;
}

/** @param {ExperimentOptions} options @returns {Promise<Findings>} */
export async function run({ quick, log }) {
  const all = [];
  for (const browser of browsers) {
    log(browser);
    all.push(await tries(browser, quick ? 2 : 10));
  }
  const rounded = (/** @type {number} */ value) => Number(value.toPrecision(3));
  return {
    text: [
      'With the bundled quality model (3.3 MB) loaded and a context running, a fresh page calls model.createNode in each try: the worklet’s module is fetched from this machine and compiled, the player is created, and the first non-zero sample is awaited.',
    ],
    tables: [
      {
        title: 'Milliseconds after the call',
        columns: ['browser', 'node ready, median', 'first sound, median', 'maximum', 'tries'],
        rows: all.map(({ browser, created, heard }) => [
          browser,
          ...[medianOf(created), medianOf(heard), Math.max(...heard)].map(rounded),
          heard.length,
        ]),
      },
    ],
    estimates: Object.fromEntries(all.map(({ browser, heard }) => [browser, medianEstimate(heard)])),
  };
}
