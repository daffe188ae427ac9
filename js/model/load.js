// Reads model files on the page's own thread. A page that learns a sound and plays it does not need this, so it is only
// loaded when it is called.

import { readBytes } from '../bytes.js';
import { CoreModel } from '../wasm/model.js';
import { describe } from './describe.js';
import { localCore } from '../wasm/local-core.js';
import { playingModule } from '../wasm/modules.js';

/**
 * What a Magnet is made from.
 * @param {import('./import.js').ModelSource} source
 * @param {import('./import.js').ImportOptions} [options]
 */
export async function load(source, options) {
  const bytes = await modelFile(source, options);
  return read(bytes, (model) => ({ bytes, ...describe(model) }));
}

/**
 * The bytes of the model file, converted if the source is a PyTorch or TensorFlow.js model.
 * @param {import('./import.js').ModelSource} source
 * @param {import('./import.js').ImportOptions} [options]
 */
async function modelFile(source, options) {
  const parts = Array.isArray(source) || Object.prototype.toString.call(source) === '[object FileList]';
  const bytes = parts ? null : await readBytes(/** @type {import('../bytes.js').BytesSource} */ (source));
  if (bytes && bytes[7] === 0 && bytes[8] === 123) {
    // Safetensors: a length of 8 bytes, then JSON. The caller may change its own bytes.
    const { buffer = source } = /** @type {{buffer?: unknown}} */ (source);
    return bytes.buffer === buffer ? bytes.slice() : bytes;
  }
  const { importModel } = await import('./import.js');
  return importModel(source, bytes, options);
}

/** @param {Uint8Array} bytes a model file */
export function trainingFrames(bytes) {
  return read(bytes, (model) => {
    const { impulses: frames, size } = model.config;
    return { data: model.trainingFrames(), frames, bins: size / 2 + 1 };
  });
}

/**
 * @template T
 * @param {Uint8Array} bytes
 * @param {(model: CoreModel) => T} use
 */
async function read(bytes, use) {
  const model = new CoreModel(await localCore(playingModule()), bytes);
  try {
    return use(model);
  } finally {
    model.dispose();
  }
}
