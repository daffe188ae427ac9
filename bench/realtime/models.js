// The models that are played: networks that know the bundled piano a little, since what a hop costs depends on what sounds.
import { mkdir, writeFile } from 'node:fs/promises';
import { Magnet, readWav } from '../../js/index.js';
import { modelAddress } from './model-address.js';

const piano = new URL('../../examples/sounds/piano.wav', import.meta.url);

const seconds = 3;

/** Of the presets' spectra: A is the network of the figures, `small` the one that sixteen nodes play. */
const shapes = {
  A: { size: 2048, hop: 512, layers: [128, 128], epochs: 6 },
  'A-responsive': { size: 512, hop: 128, layers: [128, 128], epochs: 2 },
  small: { size: 512, hop: 128, layers: [64], epochs: 3 },
};

/** @typedef {keyof typeof shapes} ModelName */

/** Where a model lies, for Node. @param {ModelName} name */
export const modelFile = (name) => new URL(`../..${modelAddress(name)}`, import.meta.url);

/** Trains and writes them. @param {{ quick: boolean, signal: AbortSignal }} options */
export async function makeModels({ quick, signal }) {
  const { samples, sampleRate } = await readWav(piano);
  const sound = { samples: samples.subarray(0, seconds * sampleRate), sampleRate };
  await mkdir(new URL('.', modelFile('A')), { recursive: true });
  for (const [name, { epochs, ...shape }] of Object.entries(shapes)) {
    const model = await Magnet.train(sound, { ...shape, seed: 1, epochs: quick ? 1 : epochs, signal });
    await writeFile(modelFile(/** @type {ModelName} */ (name)), model.toBytes());
    model.dispose();
  }
}
