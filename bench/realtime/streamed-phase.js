// Streaming does not know the mean level in advance: how much consistency that costs, natively.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { max, mean } from 'd3-array';

/** @typedef {{ signal: string, size: number, hop: number, iterations: number, lookAhead: number, whole: number, streamed: number }} Row */

export const title = 'Streamed phases compared with those of the whole sound';

const path = (/** @type {string} */ name) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/** @returns {Promise<import('../types.d.ts').Findings>} */
export async function run() {
  const program = path('build/native/lodestone-streamed-phase');
  const { stdout } = await promisify(execFile)(program, [path('tests/vectors/lws/signals.safetensors')]);
  const rows = /** @type {Row[]} */ (JSON.parse(stdout));
  const lost = rows.map(({ whole, streamed }) => whole - streamed);
  const worst = /** @type {number} */ (max(lost));
  const { signal, size, hop, iterations, lookAhead } = rows[lost.indexOf(worst)];
  return {
    text: [
      'Online LWS on a whole sound uses a threshold derived from its mean level; as a stream, it uses the mean of the frames so far. The table compares the consistency of the quality signals in dB; higher is better. Differences of a few tenths are chance, because sweeps amplify rounding errors.',
      `On average the stream loses ${/** @type {number} */ (mean(lost)).toFixed(2)} dB.`,
    ],
    tables: [
      {
        title: 'Consistency, dB',
        columns: ['signal', 'size/hop', 'iterations', 'look-ahead', 'whole', 'streamed'],
        rows: rows.map((row) => [
          row.signal,
          `${row.size}/${row.hop}`,
          row.iterations,
          row.lookAhead,
          Number(row.whole.toFixed(2)),
          Number(row.streamed.toFixed(2)),
        ]),
      },
    ],
    estimates: {
      lost: {
        value: worst,
        low: worst,
        high: worst,
        note: `signal ${signal}, ${size}/${hop}, ${iterations} iterations, look-ahead ${lookAhead}`,
      },
    },
  };
}
