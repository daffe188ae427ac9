// Other libraries that learn a mapping from examples, as their documentation shows: with their defaults, and inputs in the
// scale that they want.

import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { openPage } from '../open-page.js';

/**
 * @typedef {{ inputs: number[][], targets: number[][], asked: number[][] }} Job what to learn; the inputs to predict from
 * @typedef {{ name: string, predict: (jobs: Job[]) => Promise<number[][][]> }} MappingPeer rejects if something is missing
 */

/** @returns {MappingPeer[]} */
export const mappingPeers = () => [
  { name: 'ml5, defaults', predict: predictInMl5({}) },
  { name: 'ml5, 200 epochs', predict: predictInMl5({ epochs: 200 }) },
  { name: 'brain.js', predict: predictInBrain },
  { name: 'scikit-learn', predict: predictInScikit },
];

/** In Chromium, as ml5 needs a page. @param {{ epochs?: number }} options of its `train` */
const predictInMl5 = (options) => async (/** @type {Job[]} */ jobs) => {
  const { page, close } = await openPage('chromium');
  try {
    await page.addScriptTag({ url: '/bench/peers/node_modules/ml5/dist/ml5.min.js' });
    const predictions = [];
    for (const job of jobs) predictions.push(await page.evaluate(learnInPage, { job, options }));
    return predictions;
  } finally {
    await close();
  }
};

/** In the page. @param {{ job: Job, options: { epochs?: number } }} argument */
async function learnInPage({ job, options }) {
  const { ml5 } = /** @type {any} */ (window);
  await ml5.setBackend('cpu'); // the fastest for networks of this size
  const network = ml5.neuralNetwork({
    task: 'regression',
    inputs: job.inputs[0].length,
    outputs: job.targets[0].length,
  });
  job.inputs.forEach((row, i) => network.addData(row, job.targets[i]));
  network.normalizeData();
  await new Promise((done) => network.train(options, done));
  const predictions = await network.predictMultiple(job.asked);
  network.dispose();
  return predictions.map((/** @type {{ value: number }[]} */ row) => row.map(({ value }) => value));
}

/** brain.js wants inputs from 0 to 1. @param {Job[]} jobs */
async function predictInBrain(jobs) {
  const { NeuralNetwork } = createRequire(import.meta.url)('brain.js');
  return jobs.map(({ inputs, targets, asked }) => {
    const scale = unitScale(inputs);
    const network = new NeuralNetwork();
    network.train(
      inputs.map((row, i) => ({ input: scale(row), output: targets[i] })),
      { timeout: 5000 }, // in ms; otherwise up to 20,000 iterations
    );
    return asked.map((row) => [...network.run(scale(row))]);
  });
}

/** @param {number[][]} rows */
function unitScale(rows) {
  const columns = rows[0].map((_, k) => rows.map((row) => row[k]));
  const lows = columns.map((column) => Math.min(...column));
  const spans = columns.map((column, k) => Math.max(...column) - lows[k] || 1);
  return (/** @type {number[]} */ row) => row.map((value, k) => (value - lows[k]) / spans[k]);
}

/** @param {Job[]} jobs @returns {Promise<number[][][]>} */
function predictInScikit(jobs) {
  const script = fileURLToPath(new URL('mapping.py', import.meta.url));
  return new Promise((done, failed) => {
    const child = execFile(process.env.PYTHON ?? 'python3', [script], { maxBuffer: 2 ** 30 }, (error, stdout) =>
      error ? failed(error) : done(JSON.parse(stdout)),
    );
    child.stdin?.end(JSON.stringify(jobs));
  });
}
