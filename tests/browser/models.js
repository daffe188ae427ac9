// Models for the tests of nodes, written to where a page finds them.
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Core, CoreLiveModel, CoreModel, CorePlayer, CoreTrainer } from '../../js/core.js';
import { prepare } from '../../js/index.js';
import { controlNames } from '../../js/options.js';
import { hash, testSound, trainedModel } from './fixed-computation.js';

/** The folder that tests write and pages load from. */
export const folder = fileURLToPath(new URL('../../build/browser/', import.meta.url));

/** Writes a file for pages, atomically, because another browser's tests may be writing and loading the same one. */
export async function publish(name, contents) {
  const file = folder + name;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.${process.pid}`, contents);
  await rename(`${file}.${process.pid}`, file);
}

export const core = new Core(await prepare());

/** Of the fixed computation: 512/128. */
export const small = trainedModel(core);

/** A model that swaps quickly. */
function tinyModel(seed) {
  const options = { size: 128, hop: 32, layers: [8], sequence: 4, batch: 16, seed };
  return new CoreTrainer(core, testSound().subarray(0, 8000), options).model().toBytes();
}

const models = { small, tiny: tinyModel(1), other: tinyModel(2) };

/** small, tiny, and other, which has the shape of tiny. */
export async function writeModels() {
  for (const [name, bytes] of Object.entries(models)) await publish(`${name}.safetensors`, bytes);
}

/**
 * The hash of what a player plays in Node, in pieces as long as a quantum.
 * @param {keyof typeof models} model
 * @param {number} length in samples
 * @param {object} options of CorePlayer
 * @param {number} [drive] share of a constant input of 0.25
 */
export function played(model, length, options, drive = 0) {
  const player = new CorePlayer(core, new CoreLiveModel(core, new CoreModel(core, models[model])).bytes(), options);
  player.setControl(controlNames.indexOf('drive'), drive);
  const samples = new Float32Array(length);
  const driver = drive > 0 ? new Float32Array(128).fill(0.25) : undefined;
  for (let at = 0; at < length; at += 128) player.process(samples.subarray(at, at + 128), driver);
  return hash(samples);
}
