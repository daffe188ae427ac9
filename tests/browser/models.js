// Models for the tests of nodes, written to where a page finds them.
import { mkdir, writeFile } from 'node:fs/promises';
import { Core, CoreTrainer } from '../../js/core.js';
import { prepare } from '../../js/index.js';
import { testSound, trainedModel } from './fixed-computation.js';

/** What the tests write and pages load. */
export const folder = new URL('../../build/browser/', import.meta.url);

export const core = new Core(await prepare());

/** Of the fixed computation: 512/128. */
export const small = trainedModel(core);

/** A model that swaps quickly. */
function tinyModel(seed) {
  const options = { size: 128, hop: 32, layers: [8], sequence: 4, batch: 16, seed };
  return new CoreTrainer(core, testSound().subarray(0, 8000), options).model().toBytes();
}

/** small, tiny, and other, which has the shape of tiny. */
export async function writeModels() {
  await mkdir(folder, { recursive: true });
  const files = { small, tiny: tinyModel(1), other: tinyModel(2) };
  for (const [name, bytes] of Object.entries(files)) await writeFile(new URL(`${name}.safetensors`, folder), bytes);
}
