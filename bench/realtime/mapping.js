// How fast a mapping learns and answers, in Chromium.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { max, mean, quantile } from 'd3-array';
import { openPage } from '../open-page.js';
import { medianEstimate, medianOf } from '../statistics.js';

/**
 * @import { ExperimentOptions } from '../experiments.js'
 * @import { Findings } from '../types.d.ts'
 */

export const title = 'Mapping: from the end of a take to the model, from the movement to the sound';

const module = '/bench/realtime/in-page/mapping.js';
const size = { rows: 500, inputs: 16, outputs: 8 };
const quantum = (128 / 44100) * 1e6; // µs
const [width, height] = [320, 240];

/** A film of 30 frames per second that are dark and bright in turn, which Chromium plays in a loop. @param {string} path */
async function writeFilm(path) {
  const frame = (/** @type {number} */ luma) =>
    Buffer.concat([
      Buffer.from('FRAME\n'),
      Buffer.alloc(width * height, luma),
      Buffer.alloc((width * height) / 2, 128),
    ]);
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F30:1 Ip A1:1 C420jpeg\n`);
  await writeFile(
    path,
    Buffer.concat([
      head,
      ...Array(15)
        .fill([frame(30), frame(220)])
        .flat(),
    ]),
  );
}

/** @param {number} value */
const rounded = (value) => Number(value.toPrecision(3));

/** @param {ExperimentOptions} options @returns {Promise<Findings>} */
export async function run({ quick, log }) {
  const folder = await mkdtemp(join(tmpdir(), 'lodestone-film-'));
  const film = join(folder, 'film.y4m');
  await writeFilm(film);
  const devices = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
  const { call, close } = await openPage('chromium', [...devices, `--use-file-for-fake-video-capture=${film}`]);
  try {
    log('takes');
    const taken = await call(module, 'takes', { ...size, rows: quick ? 50 : size.rows, count: quick ? 1 : 7 });
    log('run');
    /** @type {Record<string, number>} */
    const costs = {};
    for (const model of ['kernel', 'mlp', 'linear']) {
      costs[model] = await call(module, 'runCost', { ...size, model, rounds: quick ? 2 : 30 });
    }
    log('input');
    const written = await call(module, 'written', { count: quick ? 10 : 300 });
    log('camera');
    const pictures = await call(module, 'pictures', { count: quick ? 20 : 600 });
    return findings(taken, costs, written, pictures);
  } finally {
    await close();
    await rm(folder, { recursive: true });
  }
}

/**
 * @param {number[]} taken
 * @param {Record<string, number>} costs
 * @param {number[]} written
 * @param {{ours: number[], canvas: number[], timings: Record<string, number>, busy: number[]}} pictures
 * @returns {Findings}
 */
function findings(taken, costs, written, { ours, canvas, timings, busy }) {
  const p99 = (/** @type {number[]} */ values) => /** @type {number} */ (quantile(values, 0.99));
  const share = (/** @type {number} */ cost) => rounded((100 * cost) / quantum);
  const perFrame = (/** @type {string} */ stage) => rounded(timings[stage] / timings.frames);
  return {
    text: [
      `A take of 500 rows of 16 inputs and 8 outputs ends; its model plays after ${rounded(medianOf(taken))} ms (median; at most ${rounded(max(taken) ?? NaN)} ms).`,
      `An input that the page writes changes the first sample ${rounded(medianOf(written) / 128)} quanta after the quantum that could see it (median; at most ${rounded((max(written) ?? NaN) / 128)}).`,
      `A frame of 320×240 costs the Worker ${perFrame('copy')} ms for copying, ${perFrame('grid')} ms for the grid of 16×12 and ${perFrame('pass')} ms for passing on the values. The way over a canvas costs the page's own thread ${rounded(mean(busy) ?? NaN)} ms per frame, ours nothing. Both play at the same time. The time runs from the moment when a Worker that only counts frames has one, and includes the wait until the device asks for the next sound (up to 10 ms at Chromium's null device).`,
    ],
    tables: [
      {
        title: 'Cost of a quantum',
        columns: ['model', 'µs', '% of the thread'],
        rows: Object.entries(costs).map(([model, cost]) => [model, rounded(cost), share(cost)]),
      },
      {
        title: 'From a frame to the changed output, in ms',
        columns: ['way', 'median', 'p99', 'frames'],
        rows: [
          ['ours', rounded(medianOf(ours)), rounded(p99(ours)), ours.length],
          ['canvas', rounded(medianOf(canvas)), rounded(p99(canvas)), canvas.length],
        ],
      },
    ],
    estimates: { taken: medianEstimate(taken), ours: medianEstimate(ours), canvas: medianEstimate(canvas) },
  };
}
