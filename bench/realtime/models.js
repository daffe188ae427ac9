// The small network that sixteen nodes play, briefly trained on the piano, because a hop's cost depends on the sound.
import { mkdir, writeFile } from 'node:fs/promises';
import { Magnet, readWav } from '../../js/index.js';
import { models } from './model-addresses.js';

const piano = new URL('../../examples/sounds/piano.wav', import.meta.url);
const seconds = 3;

/** Where a model is, for Node. @param {keyof typeof models} name */
export const modelFile = (name) => new URL(`../..${models[name]}`, import.meta.url);

/** Trains and writes it. @param {{ quick: boolean, signal: AbortSignal }} options */
export async function makeSmallModel({ quick, signal }) {
  const { samples, sampleRate } = await readWav(piano);
  const sound = { samples: samples.subarray(0, seconds * sampleRate), sampleRate };
  const model = await Magnet.train(sound, {
    preset: 'responsive',
    size: 512,
    hop: 128,
    group: 1,
    components: 0,
    layers: [64],
    seed: 1,
    epochs: quick ? 2 : 30,
    signal,
  });
  signal.throwIfAborted(); // it is only partly trained
  await mkdir(new URL('.', modelFile('small')), { recursive: true });
  await writeFile(modelFile('small'), model.toBytes());
  model.dispose();
}
