// The other libraries as competitors. Each runs in its own process or page; its packages are in this folder's package.json.

import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { browserCompetitor } from '../competitors/browser.js';
import { nodeCompetitor } from '../competitors/node.js';
import { processCompetitor } from '../competitors/process.js';
import { openPage } from '../open-page.js';

const folder = new URL('./', import.meta.url);
const packages = new URL('node_modules/', folder);

/** `inPage`: whether it also runs in Chromium. */
const rivals = [
  { name: 'tfjs-wasm', module: 'tfjs.js?wasm', inPage: true },
  { name: 'tfjs-wasm-transposed', module: 'tfjs.js?wasm-transposed', inPage: true },
  { name: 'tfjs-cpu', module: 'tfjs.js?cpu' },
  { name: 'onnxruntime-web', module: 'onnxruntime.js?web', inPage: true },
  ...['fft.js', 'pffft-wasm', 'essentia.js', 'meyda'].map((name) => ({
    name,
    module: `spectra.js?${name}`,
    inPage: true,
  })),
];

/** None is started yet; a competitor's `start()` rejects if something is missing, and says what. */
export function peers() {
  return [
    ...[1, 2].map(pytorch),
    inNode('onnxruntime-node', 'onnxruntime.js?node'),
    ...rivals.map(({ name, module }) => inNode(`${name}-node`, module)),
    ...rivals.filter(({ inPage }) => inPage).map(({ name, module }) => inChromium(`${name}-chromium`, module)),
  ];
}

/**
 * Those that learn by the default recipe. `learn` takes the most epochs (0: all) and seconds, and rejects if something
 * is missing.
 * @returns {{ name: string, learn: (epochs: number, limit: number) =>
 *     Promise<{ version: string, seconds: number, losses: number[] }> }[]}
 */
export function learners() {
  return [
    ...[1, 2].map((threads) => ({
      name: threads === 1 ? 'PyTorch, 1 thread' : `PyTorch, ${threads} threads`,
      learn: learnInPyTorch(threads),
    })),
    { name: 'TensorFlow.js in Chromium, with explicit transposes', learn: learnInTfjs('wasm-transposed') },
    { name: 'TensorFlow.js in Chromium, as shipped', learn: learnInTfjs('wasm') },
  ];
}

const learnInPyTorch = (threads) => async (epochs, limit) => {
  const { writeRecipe } = await import('./recipe.js');
  await writeRecipe();
  const script = fileURLToPath(new URL('recipe.py', folder));
  const env = { ...process.env, ...threadSettings(threads) };
  const { stdout } = await promisify(execFile)(python, [script, threads, epochs, limit].map(String), { env });
  return JSON.parse(stdout);
};

const learnInTfjs = (variant) => async (epochs, limit) => {
  checkPackages('TensorFlow.js');
  const { writeRecipe } = await import('./recipe.js');
  await writeRecipe();
  await bundle('recipe-tfjs.js');
  const { call, close } = await openPage('chromium');
  try {
    return await call('/build/bench/peers/recipe-tfjs.js', 'learn', { variant, epochs, limit });
  } finally {
    await close();
  }
};

function checkPackages(name) {
  if (!existsSync(packages)) throw new Error(`${name} is missing: npm ci --ignore-scripts --prefix bench/peers`);
}

/** `competitor` with something to do before it starts. */
const after = (prepare, competitor) => ({
  ...competitor,
  async start() {
    checkPackages(competitor.name);
    const { writeMaterials } = await import('./material.js');
    writeMaterials();
    await prepare();
    return competitor.start();
  },
});

const python = process.env.PYTHON ?? 'python3';

const threadSettings = (threads) => ({
  OMP_NUM_THREADS: String(threads),
  OPENBLAS_NUM_THREADS: String(threads),
  OMP_WAIT_POLICY: 'PASSIVE', // or PyTorch's waiting threads would take cores away from OpenBLAS
});

function pytorch(threads) {
  const script = fileURLToPath(new URL('pytorch.py', folder));
  const competitor = processCompetitor(
    `pytorch-${threads}`,
    python,
    [script, String(threads)],
    threadSettings(threads),
  );
  return after(() => {}, competitor);
}

function inNode(name, module) {
  return after(() => {}, nodeCompetitor(name, new URL(module, folder)));
}

function inChromium(name, module) {
  const place = { browser: 'chromium', module: `/build/bench/peers/${module}` };
  return after(() => bundle(module.split('?')[0]), browserCompetitor(name, place));
}

/** Bundles a library's module and its packages into one file for pages, in build/bench/peers. */
async function bundle(file) {
  await build({
    entryPoints: [fileURLToPath(new URL(file, folder))],
    outdir: fileURLToPath(new URL('../../build/bench/peers/', folder)),
    bundle: true,
    format: 'esm',
    external: ['onnxruntime-node', ...builtinModules], // never used in pages
    logLevel: 'silent',
  });
}
