// The job that took twelve hours in the MAGNet paper, run as in a page: Magnet.train in its Worker.
import { mean } from 'd3-array';
import { launch } from '../../scripts/browsers.js';
import { serve } from '../../scripts/serve.js';
import { bootstrap } from '../statistics.js';

export const title = "The paper's job: 9 s of sound, 1,000 epochs, network A, in a Chromium tab";

const epochs = 1000;

/** In the page: milliseconds from the call until the end of each epoch. @param {number} count */
async function trainInPage(count) {
  const library = '/js/index.js';
  const { Magnet, readWav } = await import(library);
  const response = await fetch('/examples/sounds/piano.wav');
  const sound = await readWav(new Uint8Array(await response.arrayBuffer()));
  const start = performance.now();
  /** @type {number[]} */
  const ends = [];
  /** @param {{ epoch: number, steps: number }} progress */
  const onProgress = ({ epoch }) => (ends[epoch - 1] ??= performance.now() - start);
  const model = await Magnet.train(sound, { preset: 'classic', epochs: count, seed: 1, onProgress });
  return { ends, losses: model.losses };
}

/** @param {{ quick: boolean }} options @returns {Promise<import('../types.d.ts').Findings>} */
export async function run({ quick }) {
  const measured = quick ? 2 : 22;
  const browser = await launch('chromium');
  const server = await serve();
  try {
    const page = await browser.newPage();
    await page.goto(`${server.url}/tests/browser/blank.html`);
    const { ends, losses } = await page.evaluate(trainInPage, measured);
    if (ends.length !== measured) throw new Error(`${ends.length} of ${measured} epochs were reported`);
    return findings(ends, losses);
  } finally {
    await browser.close();
    await server.close();
  }
}

/** @param {number[]} ends @param {number[]} losses */
function findings(ends, losses) {
  const later = ends.slice(1).map((end, i) => end - ends[i]);
  const minutes = (/** @type {number} */ perEpoch) => (ends[0] + (epochs - 1) * perEpoch) / 60000;
  const { value, low, high } = bootstrap([later], ([list]) => /** @type {number} */ (mean(list)));
  return {
    text: [
      `${ends.length} consecutive epochs took ${(ends[ends.length - 1] / 1000).toFixed(1)} s from the call of Magnet.train; the first, which includes starting the Worker and computing the spectrum, took ${(ends[0] / 1000).toFixed(2)} s. The loss went from ${losses[0].toPrecision(3)} to ${losses[losses.length - 1].toPrecision(3)}.`,
      `Extrapolated from the mean of the later epochs, 1,000 epochs take ${minutes(value).toFixed(1)} minutes. The paper reports 12 hours.`,
    ],
    estimates: { minutes: { value: minutes(value), low: minutes(low), high: minutes(high) } },
  };
}
