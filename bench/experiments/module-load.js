// How long a page waits until the library is ready.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { launch } from '../../scripts/browsers.js';
import { serve } from '../../scripts/serve.js';
import { short } from '../report/text.js';
import { medianOf } from '../statistics.js';

export const title = 'Loading the module: fetch, compile, instantiate, first call';

/** @typedef {Awaited<ReturnType<typeof import('./load-once.js').loadOnce>>} Load */

const stages = /** @type {const} */ (['fetch', 'compile', 'instantiate', 'firstCall']);

/** @returns {Promise<Load>} */
async function loadInNode() {
  const program = `
    import { loadOnce } from ${JSON.stringify(new URL('load-once.js', import.meta.url))};
    console.log(JSON.stringify(await loadOnce()));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  return JSON.parse(stdout);
}

/** @param {string} name @param {string} address of the server @returns {Promise<Load>} */
async function loadInBrowser(name, address) {
  const browser = await launch(name);
  try {
    const page = await browser.newPage();
    await page.goto(`${address}/bench/page.html`);
    return await page.evaluate(async () => {
      const module = '/bench/experiments/load-once.js';
      return (await import(module)).loadOnce();
    });
  } finally {
    await browser.close();
  }
}

/** @param {{ quick: boolean, log: (text: string) => void }} options @returns {Promise<import('../types.d.ts').Findings>} */
export async function run({ quick, log }) {
  const server = await serve({ isolated: true });
  const hosts = {
    Node: loadInNode,
    Chromium: () => loadInBrowser('chromium', server.url),
    Firefox: () => loadInBrowser('firefox', server.url),
  };
  const rows = [];
  try {
    for (const [host, load] of Object.entries(hosts)) {
      const loads = [];
      for (let i = 0; i < (quick ? 1 : 5); ++i) {
        log(`${host}, ${i + 1}`);
        loads.push(await load());
      }
      const medians = stages.map((stage) => medianOf(loads.map((times) => times[stage])));
      rows.push([host, ...[...medians, medians.reduce((sum, median) => sum + median)].map(short)]);
    }
  } finally {
    await server.close();
  }
  return findings(rows, quick ? 1 : 5);
}

/** @param {(string | number)[][]} rows @param {number} times */
function findings(rows, times) {
  const how = times > 1 ? `medians of ${times} cold starts` : 'one cold start';
  return {
    text: [
      `Loaded from a server on this machine (in Node from disk), ${how}, each in a new process or browser. The first call computes a spectrogram of 4,096 samples.`,
    ],
    tables: [
      {
        title: 'dist/analysis.wasm, milliseconds',
        columns: ['host', 'fetch', 'compile', 'instantiate', 'first call', 'total'],
        rows,
      },
    ],
  };
}
