// In a Worker: the player's quanta back to back, each timed. A bench module, see ../../README.md.
import { readBytes } from '../../../js/bytes.js';
import { Core, CorePlayer } from '../../../js/core.js';
import { prepare } from '../../../js/index.js';
import { liveModel } from '../live-model.js';
import { models } from '../model-addresses.js';

const quantum = new Float32Array(128);

const window = { mode: 'window', iterations: 4, lookAhead: 3 };
const stateful = { mode: 'stateful', iterations: 4, lookAhead: 0 };

/** @type {Record<string, object>} The players: those of the figures, each with a twin that plays the same to the bit. */
const settings = {
  window,
  stateful,
  'window again': window,
  'stateful again': stateful,
  'window, not spread': { ...window, spread: false },
};

/** A fixed sum that takes about as long as a quantum in window mode: it shows how much the machine itself varies. */
const fixedSum = 'a fixed sum';

/** @type {Map<string, { process: (output: Float32Array) => void, allocations: () => number, dispose: () => void }>} */
const sources = new Map();
/** @type {WebAssembly.Module} */
let module;
/** @type {Uint8Array} */
let live;

export async function list() {
  module = await prepare();
  live = liveModel(module, await readBytes(new URL(models.quality, import.meta.url)));
  const workloads = [...Object.keys(settings), fixedSum].map((name) => ({ name, unit: 'quantum' }));
  return { version: 'WebAssembly', flags: '', workloads };
}

/** @param {object} options */
function player(options) {
  const core = new Core(module);
  const instrument = new CorePlayer(core, live, { seed: 1, ...options });
  return {
    process: (/** @type {Float32Array} */ output) => instrument.process(output),
    allocations: () => core.abi.lodestone_allocations(),
    dispose: () => instrument.dispose(),
  };
}

function sum() {
  const process = (/** @type {Float32Array} */ output) => {
    let value = 0.5;
    for (let i = 0; i < 60000; ++i) value = value * 0.999 + 0.001;
    output[0] = value;
  };
  return { process, allocations: () => 0, dispose: () => {} };
}

/** @param {string} name */
export function setup(name) {
  sources.set(name, name === fixedSum ? sum() : player(settings[name]));
  return { unitsPerRun: 1 };
}

/** Costs in microseconds. @param {string} name @param {number} runs quanta */
export function run(name, runs) {
  const source = sources.get(name);
  if (!source) throw new Error(`${name} is not set up`);
  const costs = new Float64Array(runs);
  const before = source.allocations();
  const start = performance.now();
  let last = start;
  for (let i = 0; i < runs; ++i) {
    source.process(quantum);
    const now = performance.now();
    costs[i] = now - last;
    last = now;
  }
  return {
    milliseconds: last - start,
    checksum: 0,
    ok: quantum.some((sample) => sample !== 0),
    costs: Array.from(costs, (cost) => Math.round(1e4 * cost) / 10),
    allocations: source.allocations() - before,
  };
}

/** @param {string} name */
export function release(name) {
  sources.get(name)?.dispose();
  sources.delete(name);
}
