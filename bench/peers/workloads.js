// Shared by the libraries' modules: their weights and batches, and how a workload is timed.

import { readBytes } from '../../js/bytes.js';
import { readSafetensors } from '../../js/training/safetensors.js';
import { batch, bins, materialUrl, root, sequence, steps } from './network.js';

/** Largest error of a prediction, relative to its largest entry: single precision, sums in another order. */
const tolerance = 1e-4;

/**
 * A workload: `step(i)` does the i-th unit of work and returns its output; `check(output)` is called after the first.
 * @typedef {object} Workload
 * @property {string} name
 * @property {string} unit
 * @property {() => void | Promise<void>} setup
 * @property {(i: number) => any} step
 * @property {(output: any) => boolean} check whether the first output is right
 * @property {(output: any) => number} checksum
 */

/**
 * A bench module (see bench/answer.js) made of what `open` returns: its version, flags and workloads.
 * @param {() => Promise<{ version: string, flags: string, workloads: Workload[] }>} open
 */
export function benchModule(open) {
  const byName = new Map();
  const find = (name) => {
    if (byName.has(name)) return byName.get(name);
    throw new Error(`there is no workload ${name}`);
  };
  return {
    async list() {
      const { version, flags, workloads } = await open();
      for (const workload of workloads) byName.set(workload.name, { ...workload });
      return { version, flags, workloads: workloads.map(({ name, unit }) => ({ name, unit })) };
    },
    async setup(name) {
      const workload = find(name);
      await workload.setup();
      Object.assign(workload, { count: 0, ok: true });
      return { unitsPerRun: 1 };
    },
    run(name, runs) {
      const workload = find(name);
      return workload.count === 0 ? first(workload, runs) : timed(workload, runs);
    },
  };
}

/** The first unit is timed by itself, so that its output can be checked. */
async function first(workload, runs) {
  const one = await timed(workload, 1);
  workload.ok = workload.check(workload.output);
  if (runs === 1) return { ...one, ok: workload.ok };
  const rest = await timed(workload, runs - 1);
  return { ...rest, milliseconds: one.milliseconds + rest.milliseconds };
}

async function timed(workload, runs) {
  const begin = performance.now();
  for (let i = 0; i < runs; ++i) {
    const output = workload.step(workload.count++);
    workload.output = output instanceof Promise ? await output : output;
  }
  const milliseconds = performance.now() - begin;
  const checksum = workload.checksum(workload.output);
  return { milliseconds, checksum, ok: workload.ok && Number.isFinite(checksum) };
}

/** The version of a package that this folder's package.json asks for. */
export async function versionOf(name) {
  const bytes = await readBytes(new URL('bench/peers/package.json', root));
  return JSON.parse(new TextDecoder().decode(bytes)).dependencies[name];
}

/** The material of network `name`: tensors by name, as Float32Arrays; `batches [steps, batch]` as an Int32Array. */
export const readMaterial = async (name) => (await readTensors(materialUrl(name))).values;

/** The tensors of a file as arrays, and its metadata. */
export async function readTensors(url) {
  const { metadata, tensors } = readSafetensors(await readBytes(url));
  const values = {};
  for (const [key, { dtype, bytes }] of tensors) {
    const { buffer } = bytes.slice();
    values[key] = dtype === 'I64' ? Int32Array.from(new BigInt64Array(buffer), Number) : new Float32Array(buffer);
  }
  return { metadata, values };
}

/** Whether a prediction matches the reference's. */
export function agrees(prediction, expected) {
  let largest = 0;
  let error = 0;
  for (let i = 0; i < expected.length; ++i) {
    largest = Math.max(largest, Math.abs(expected[i]));
    error = Math.max(error, Math.abs(prediction[i] - expected[i]));
  }
  return prediction.length === expected.length && error <= tolerance * largest;
}

export const sum = (values) => values.reduce((total, value) => total + value, 0);

/**
 * Generating, each prediction fed back: `predict` takes the last frames `[sequence · bins]` in window mode, the last one
 * in stateful mode, and returns the next `[bins]`; in stateful mode `prime` takes the first frames.
 */
export function generation(name, mode, material, { setup, prime, predict }) {
  let input;
  let prediction;
  return {
    name: `generate-${mode}/${name}`,
    unit: 'frame',
    async setup() {
      await setup();
      const past = material().frames.subarray(0, sequence * bins);
      input = past.slice();
      if (mode === 'stateful') {
        input = past.slice(-bins);
        await prime(past.subarray(0, -bins));
      }
    },
    async step() {
      prediction = await predict(input);
      input.copyWithin(0, bins);
      input.set(prediction, input.length - bins);
      return prediction;
    },
    check: (output) => agrees(output, material()[`generate/${mode}`].subarray(0, bins)),
    checksum: sum,
  };
}

/** Rows of the frames that step `i` trains on: its windows `[batch · sequence]` and their targets `[batch]`. */
export function batchRows(material, i) {
  const starts = material.batches.subarray((i % steps) * batch, ((i % steps) + 1) * batch);
  const inputs = new Int32Array(batch * sequence);
  starts.forEach((start, k) => {
    for (let step = 0; step < sequence; ++step) inputs[k * sequence + step] = start + step;
  });
  return { inputs, targets: starts.map((start) => start + sequence) };
}

/** Whether the loss of the first step matches the reference's. */
export const lossAgrees = (loss, material) => Math.abs(loss - material.losses[0]) <= tolerance * material.losses[0];
