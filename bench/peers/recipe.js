// The default training as a task for other libraries, written to build/bench/peers/recipe.safetensors: its settings, and the
// bundled piano as the network sees it. If the default learns principal components, they are found here.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Magnet, readWav } from '../../js/index.js';
import { trainer, trainingPresets } from '../../js/training/facts.js';
import { writeSafetensors } from '../../js/training/safetensors.js';
import { bins, recipeUrl, root } from './network.js';

const rounds = 8;

/** As in src/training: the components hold this share of the variance if the range allows. */
const [fewest, most, enough] = [32, 256, 0.985];

/**
 * Tensors: `frames` `[frames, inputs]`, which are read and predicted; `mean` and `scale` of each input, BatchNorm with
 * the statistics of the whole sound; `weight` of the squared error of each input while learning, and `energy` in the
 * reported loss, to which `outside` is added. The network reads nothing below `lowest`.
 */
export async function writeRecipe() {
  const { quality } = trainingPresets;
  const { layers = trainer.layers[1], components = 0, epochs, batch, stretch, feedback, learningRate, decay } = quality;
  const bare = await logMagnitudes('components' in quality);
  const learned = components === 0 ? allBins(bare) : principal(bare, components);
  const settings = { layers, epochs, batch, stretch, feedback, learningRate, decay };
  const recipe = { ...settings, outside: learned.outside, lowest: components === 0 ? 0 : -1e30 };
  mkdirSync(new URL('.', recipeUrl), { recursive: true });
  writeFileSync(recipeUrl, writeSafetensors({ recipe: JSON.stringify(recipe) }, tensorsOf(learned)));
}

function tensorsOf({ frames, mean, scale, weight, energy }) {
  const inputs = mean.length;
  return Object.entries({ frames, mean, scale, weight, energy }).map(([name, values]) => ({
    name,
    dtype: 'F32',
    shape: name === 'frames' ? [values.length / inputs, inputs] : [inputs],
    bytes: new Uint8Array(Float32Array.from(values).buffer),
  }));
}

/** ln(1 + m) of the sound at the level at which it is learned, from a model that keeps its frames. */
async function logMagnitudes(hasComponents) {
  const sound = await readWav(readFileSync(new URL('examples/sounds/piano.wav', root)));
  const model = await Magnet.train(sound, { epochs: 1, ...(hasComponents && { components: 0 }) });
  return (await model.trainingFrames()).data.map(Math.log1p);
}

/** Means and variances of the columns. */
function moments(values, columns) {
  const count = values.length / columns;
  const mean = new Float64Array(columns);
  const variance = new Float64Array(columns);
  values.forEach((value, i) => (mean[i % columns] += value / count));
  values.forEach((value, i) => (variance[i % columns] += (value - mean[i % columns]) ** 2 / count));
  return { mean, variance };
}

function allBins(frames) {
  const { mean, variance } = moments(frames, bins);
  const ones = new Float64Array(bins).fill(1);
  const scale = variance.map((value) => 1 / Math.sqrt(value + 1e-5));
  return { frames, mean, scale, weight: ones, energy: ones.map((one) => one / bins), outside: 0 };
}

/** The leading principal components, divided by their deviations, by block power iteration. */
function principal(frames, chosen) {
  const { mean, variance } = moments(frames, bins);
  const total = variance.reduce((sum, value) => sum + value);
  const rows = Array.from({ length: frames.length / bins }, (_, m) =>
    Float64Array.from({ length: bins }, (_, b) => frames[m * bins + b] - mean[b]),
  );
  const basis = leading(rows, chosen < 0 ? most : chosen);
  const projected = rows.map((row) => basis.map((vector) => dot(row, vector)));
  const energies = basis.map((_, k) => projected.reduce((sum, row) => sum + row[k] ** 2, 0) / rows.length);
  let kept = 0;
  const reached = energies.findIndex((energy) => (kept += energy) >= enough * total);
  const count = chosen < 0 ? Math.max(fewest, reached < 0 ? most : reached + 1) : chosen;
  const deviations = energies.slice(0, count).map(Math.sqrt);
  const sum = deviations.reduce((total, deviation) => total + deviation);
  return {
    frames: Float32Array.from(projected.flatMap((row) => deviations.map((deviation, k) => row[k] / deviation))),
    mean: deviations.map(() => 0),
    scale: deviations.map(() => 1),
    weight: deviations.map((deviation) => (deviation * count) / sum),
    energy: deviations.map((deviation) => deviation ** 2 / bins),
    outside: (total - deviations.reduce((all, deviation) => all + deviation ** 2, 0)) / bins,
  };
}

function leading(rows, count) {
  let basis = Array.from({ length: count }, (_, k) => rows[Math.floor((k * rows.length) / count)].slice());
  orthonormalise(basis);
  for (let round = 0; round < rounds; ++round) {
    const next = basis.map((vector) => new Float64Array(vector.length));
    for (const row of rows) basis.forEach((vector, k) => addScaled(next[k], row, dot(row, vector)));
    basis = next;
    orthonormalise(basis);
  }
  return basis;
}

function orthonormalise(vectors) {
  vectors.forEach((vector, k) => {
    for (const before of [...vectors.slice(0, k), ...vectors.slice(0, k)])
      addScaled(vector, before, -dot(vector, before));
    const length = Math.sqrt(dot(vector, vector));
    vector.forEach((value, i) => (vector[i] = value / length));
  });
}

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += a[i] * b[i];
  return sum;
}

function addScaled(target, vector, factor) {
  for (let i = 0; i < target.length; ++i) target[i] += factor * vector[i];
}
