// A fixed computation that uses every part of the core, for scopes of every kind. The same seeds must give the same bits
// in Node, in pages, Workers and AudioWorklets.
import {
  Core,
  CoreAnalyser,
  CoreGeneration,
  CoreLiveModel,
  CoreModel,
  CorePlayer,
  CoreStft,
  CoreTrainer,
} from '../../js/core.js';
import { controlNames } from '../../js/options.js';

const sampleRate = 44100;
const stft = { size: 512, hop: 128, sampleRate };
const training = { ...stft, layers: [24, 16], sequence: 12, batch: 16, seed: 5 };
const dream = { seed: 7, position: 0.2, randomness: 0.05 };

// Every method, each only as long as it takes to change the bits.
const lws = [{ method: 'nofuture' }, { method: 'online', iterations: 2 }, { method: 'batch', iterations: 3 }];
const pghi = [{ method: 'pghi' }, { method: 'griffin-lim', iterations: 2, momentum: 0.99 }];
const spsi = [{ method: 'spsi' }];

/** FNV-1a of an array's bytes. */
export function hash(array) {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  let sum = 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  return sum;
}

/**
 * Half a second of triangle waves and noise that decay to subnormal numbers, which some audio threads flush to zero.
 * Only arithmetic that is exact to the bit: no engine's sine.
 */
export function testSound() {
  const samples = new Float32Array(sampleRate / 2);
  let noise = 1;
  let level = 0.5;
  for (let i = 0; i < samples.length; ++i) {
    noise = (Math.imul(noise, 1664525) + 1013904223) >>> 0;
    const triangle = (period) => Math.abs((i % period) / period - 0.5) * 4 - 1;
    samples[i] = level * (0.5 * triangle(100) + 0.3 * triangle(63) + 0.1 * (noise / 2 ** 31 - 1));
    if (i > sampleRate / 4) level *= 0.99;
  }
  return samples;
}

/** The features of all frames. */
function features(analysis, samples) {
  const analyser = new CoreAnalyser(analysis, { size: 512, hop: 128, sampleRate });
  const frames = [];
  for (let at = 0; at < samples.length; at += analyser.push(samples, at)) {
    while (analyser.next()) frames.push(analyser.frame.slice());
  }
  return Uint32Array.from(frames, hash);
}

/**
 * Everything but the player.
 * @param {Core} core of lodestone.wasm
 * @param {Core} analysis of analysis.wasm
 */
export function compute(core, analysis) {
  const samples = testSound();
  const spectrum = new CoreStft(analysis, stft).transform(samples);
  const magnitudes = new CoreStft(analysis, stft).magnitudes(samples);
  const trainer = new CoreTrainer(core, samples, training);
  const losses = [trainer.step(), trainer.step(), trainer.step()];
  const model = trainer.model();
  const generated = (mode, stages) => {
    const generation = new CoreGeneration(core, model, 1, { ...dream, mode }, { stages });
    while (!generation.step());
    return hash(generation.samples());
  };
  return {
    spectrum: hash(spectrum.data),
    magnitudes: hash(magnitudes.data),
    inverse: hash(new CoreStft(analysis, stft).inverse(spectrum)),
    losses: losses.map(String).join(' '),
    model: hash(model.toBytes()),
    window: generated('window', lws),
    stateful: generated('stateful', pghi),
    spsi: generated('window', spsi),
    features: hash(features(analysis, samples)),
  };
}

/**
 * The model that the player plays, as a file.
 * @param {Core} core
 */
export function trainedModel(core) {
  const trainer = new CoreTrainer(core, testSound(), training);
  for (let step = 0; step < 3; ++step) trainer.step();
  return trainer.model().toBytes();
}

/**
 * @param {Core} core
 * @param {Uint8Array} modelFile
 */
export function makePlayer(core, modelFile) {
  const player = new CorePlayer(core, new CoreLiveModel(core, new CoreModel(core, modelFile)).bytes(), {
    seed: dream.seed,
  });
  for (const name of ['position', 'randomness']) player.setControl(controlNames.indexOf(name), dream[name]);
  return player;
}

/** The player's first second, rendered in pieces of that many samples. */
export function playedSecond(core, modelFile, piece) {
  const player = makePlayer(core, modelFile);
  const samples = new Float32Array(sampleRate);
  for (let start = 0; start < samples.length; start += piece) player.process(samples.subarray(start, start + piece));
  return samples;
}

/** All results of a scope that is not an AudioWorklet, with the modules `[lodestone, analysis]`. */
export function results(modules) {
  const [core, analysis] = modules.map((module) => new Core(module));
  return { ...compute(core, analysis), player: hash(playedSecond(core, trainedModel(core), 128)) };
}
