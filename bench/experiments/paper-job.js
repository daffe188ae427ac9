// The job that took twelve hours in the MAGNet paper, run as in a page: Magnet.train in one Worker, and in as many as it
// takes by default.
import { mean } from 'd3-array';
import { launch } from '../../scripts/browsers.js';
import { serve } from '../../scripts/serve.js';
import { bootstrap } from '../statistics.js';

/** @typedef {{ workers: number, ends: number[], losses: number[] }} Training `ends`: of the epochs, in milliseconds */

export const title = "The paper's job: 9 s of sound, 1,000 epochs, network A, in a Chromium tab";

const epochs = 1000;

/** In the page. @param {{ count: number, workers?: number }} job @returns {Promise<Training>} */
async function trainInPage({ count, workers }) {
  const library = '/js/index.js';
  const { Magnet, readWav } = await import(library);
  const response = await fetch('/examples/sounds/piano.wav');
  const sound = await readWav(new Uint8Array(await response.arrayBuffer()));
  let started = 0;
  const { Worker } = window;
  window.Worker = class extends Worker {
    constructor(/** @type {[string | URL, WorkerOptions?]} */ ...given) {
      super(...given);
      started += 1;
    }
  };
  const start = performance.now();
  /** @type {number[]} */
  const ends = [];
  /** @param {{ epoch: number, steps: number }} progress */
  const onProgress = ({ epoch }) => (ends[epoch - 1] ??= performance.now() - start);
  const model = await Magnet.train(sound, { preset: 'classic', epochs: count, seed: 1, workers, onProgress });
  window.Worker = Worker;
  return { workers: started, ends, losses: model.losses };
}

/** @param {{ quick: boolean, log: (text: string) => void }} options @returns {Promise<import('../types.d.ts').Findings>} */
export async function run({ quick, log }) {
  const count = quick ? 2 : 22;
  const browser = await launch('chromium');
  const server = await serve();
  try {
    const page = await browser.newPage();
    await page.goto(`${server.url}/tests/browser/blank.html`);
    /** @param {number} [workers] @returns {Promise<Training>} */
    const train = async (workers) => {
      log(workers ? `${workers} worker` : 'the default number of workers');
      const training = await page.evaluate(trainInPage, { count, workers });
      if (training.ends.length === count) return training;
      throw new Error(`${training.ends.length} of ${count} epochs were reported`);
    };
    return findings(await train(1), await train());
  } finally {
    await browser.close();
    await server.close();
  }
}

/** @param {Training} alone with one worker @param {Training} together with the default */
function findings(alone, together) {
  if (alone.workers !== 1) throw new Error(`${alone.workers} workers were started instead of one`);
  const [one, all] = [alone, together].map(estimate);
  const said = counted(together.workers);
  return {
    text: [
      text('one worker', alone, one),
      text(`the default, here ${said}`, together, all),
      'Both are extrapolated from the mean of the epochs after the first. The page is not cross-origin isolated, so several ' +
        'workers exchange messages instead of sharing memory. The paper reports 12 hours.',
    ],
    estimates: { 'one worker': one, 'default workers': { ...all, note: said } },
  };
}

const counted = (/** @type {number} */ workers) => (workers === 1 ? 'one worker' : `${workers} workers`);

/** Minutes for all epochs. @param {Training} training */
function estimate({ ends }) {
  const later = ends.slice(1).map((end, i) => end - ends[i]);
  const minutes = (/** @type {number} */ perEpoch) => (ends[0] + (epochs - 1) * perEpoch) / 60000;
  const { value, low, high } = bootstrap([later], ([list]) => /** @type {number} */ (mean(list)));
  return { value: minutes(value), low: minutes(low), high: minutes(high) };
}

/** @param {string} name @param {Training} training @param {{ value: number }} minutes */
function text(name, { ends, losses }, { value }) {
  const seconds = (/** @type {number} */ end) => (end / 1000).toFixed(1);
  return (
    `With ${name}: 1,000 epochs take ${value.toFixed(1)} minutes. ${ends.length} consecutive ones took ` +
    `${seconds(ends[ends.length - 1])} s from the call of Magnet.train; the first, which includes starting the workers and ` +
    `computing the spectrum, took ${seconds(ends[0])} s. The loss went from ${losses[0].toPrecision(3)} to ` +
    `${losses[losses.length - 1].toPrecision(3)}.`
  );
}
