// What the libraries run on, one safetensors file per network: frames of the bundled piano, weights from a seeded generator,
// the windows of an epoch's batches, and what the reference predicts. `lodestone-verify` reads it too, so that our own
// implementation is held to the same predictions.

import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { Core, CoreStft } from '../../js/core.js';
import { writeSafetensors } from '../../js/training/safetensors.js';
import { adam, batch, batchNorm, bins, hop, materialUrl, networks, onnxUrl, root, sampleRate } from './network.js';
import { sequence, shapesOf, size, steps, windows } from './network.js';
import { onnxModel } from './onnx-model.js';
import { Reference, statistics } from './reference.js';

const sources = ['material.js', 'network.js', 'onnx-model.js', 'reference.js'];
const generatedFrames = 3;

/** Writes what is missing or older than the code that makes it. */
export function writeMaterials() {
  const newest = Math.max(...sources.map((name) => statSync(new URL(name, import.meta.url)).mtimeMs));
  for (const name of Object.keys(networks)) {
    const url = onnxUrl(name); // the last one written
    if (existsSync(url) && statSync(url).mtimeMs > newest) continue;
    mkdirSync(new URL('.', url), { recursive: true });
    const weights = weightsOf(name);
    writeFileSync(materialUrl(name), material(name, weights));
    writeFileSync(url, onnxModel(weights, networks[name]));
  }
}

let piano;

/** Magnitudes `[frames, bins]` of the first 9 s of the bundled piano. */
function pianoFrames() {
  if (piano) return piano;
  const core = (name) => new Core(readFileSync(new URL(`dist/${name}.wasm`, root)));
  const { samples } = core('lodestone').readWav(readFileSync(new URL('examples/sounds/piano.wav', root)));
  piano = new CoreStft(core('analysis'), { size, hop, sampleRate }).magnitudes(
    samples.subarray(0, 9 * sampleRate),
  ).data;
  return piano;
}

/** Uniform numbers in [0, 1): xorshift32 (Marsaglia 2003). */
function generator(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Initialised as in PyTorch: uniform within ±1/√units; BatchNorm with the sound's own statistics. */
function weightsOf(name) {
  const random = generator(1);
  const frames = pianoFrames();
  const count = frames.length / bins;
  const { mean, variance } = statistics(frames, [...Array(count).keys()]);
  const given = {
    'batch_norm.weight': (j) => 1 + 0.2 * Math.sin(j),
    'batch_norm.bias': (j) => 0.1 * Math.cos(j),
    'batch_norm.running_mean': (j) => mean[j],
    'batch_norm.running_var': (j) => (variance[j] * count) / (count - 1),
  };
  const range = 1 / Math.sqrt(networks[name][0]);
  const uniform = () => range * (2 * random() - 1);
  return Object.fromEntries(
    shapesOf(name).map(([tensor, shape]) => {
      const length = shape.reduce((product, extent) => product * extent, 1);
      return [tensor, Float32Array.from({ length }, (_, j) => (given[tensor] ?? uniform)(j))];
    }),
  );
}

/** The first frames of the windows of an epoch, `[steps, batch]`: all windows in random order, the last few left out. */
function batches() {
  const random = generator(2);
  const order = [...Array(windows).keys()];
  for (let i = windows - 1; i > 0; --i) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order.slice(0, steps * batch);
}

function material(name, weights) {
  const frames = pianoFrames();
  const starts = batches();
  const first = starts.slice(0, batch);
  const reference = new Reference(weights, networks[name]);
  const rows = (from, count) =>
    Array.from({ length: count }, (_, i) => frames.subarray((from + i) * bins, (from + i + 1) * bins));
  const predictions = () => concatenate(first.map((start) => reference.predict(rows(start, sequence))));
  const evaluated = predictions();
  const generated = ['window', 'stateful'].map((mode) => generate(reference, rows(0, sequence), mode));
  reference.norm = statistics(
    frames,
    first.flatMap((start) => Array.from({ length: sequence }, (_, i) => start + i)),
  );
  const trained = predictions();
  const targets = concatenate(first.map((start) => rows(start + sequence, 1)[0]));
  const loss = trained.reduce((sum, value, i) => sum + (value - targets[i]) ** 2, 0) / trained.length;

  const tensors = [
    floats('frames', [frames.length / bins, bins], frames),
    integers('batches', [steps, batch], starts),
    integers('window_starts', [1, batch], first),
    floats('losses', [1], [loss]),
    floats('step1/prediction', [batch, bins], trained),
    floats('eval/prediction', [batch, bins], evaluated),
    floats('generate/window', [generatedFrames, bins], generated[0]),
    floats('generate/stateful', [generatedFrames, bins], generated[1]),
  ];
  for (const prefix of ['initial/', 'after0/']) {
    for (const [tensor, shape] of shapesOf(name)) tensors.push(floats(prefix + tensor, shape, weights[tensor]));
  }
  const metadata = {
    sequence: String(sequence),
    optimizer: JSON.stringify(adam),
    batch_norm: JSON.stringify(batchNorm),
  };
  return writeSafetensors(metadata, tensors);
}

/** Continues `past`, each prediction fed back. */
function generate(reference, past, mode) {
  const frames = [...past];
  let prediction = reference.predict(past);
  const predictions = [prediction];
  while (predictions.length < generatedFrames) {
    frames.push(Float32Array.from(prediction));
    if (mode === 'stateful') {
      reference.step(frames.at(-1));
      prediction = reference.prediction();
    } else {
      prediction = reference.predict(frames.slice(-sequence));
    }
    predictions.push(prediction);
  }
  return concatenate(predictions);
}

const concatenate = (rows) => Float64Array.from(rows.flatMap((row) => [...row]));

const floats = (name, shape, values) => ({
  name,
  dtype: 'F32',
  shape,
  bytes: new Uint8Array(Float32Array.from(values).buffer),
});

const integers = (name, shape, values) => ({
  name,
  dtype: 'I64',
  shape,
  bytes: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
});
