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
  const core = await localCore(playingModule());
  const { live, ...description } = read(core, bytes, describe);
  return { bytes, live: supply(live, () => read(core, bytes, (model) => model.liveBytes())), ...description };
}

/**
 * Returns a function whose results the caller can give away. The first is `made` itself, so that a model for one node is
 * not copied here; after that a model is made once more, and copied for each caller.
 * @param {Uint8Array | null} made
 * @param {() => Uint8Array} make
 */
function supply(made, make) {
  /** @type {Uint8Array | undefined} */
  let kept;
  return () => {
    const given = made ?? (kept ??= make()).slice();
    made = null;
    return given;
  };
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
export async function trainingFrames(bytes) {
  return read(await localCore(playingModule()), bytes, (model) => {
    const { impulses: frames, size } = model.config;
    return { data: model.trainingFrames(), frames, bins: size / 2 + 1 };
  });
}

/**
 * @template T
 * @param {import('../wasm/memory.js').Core} core
 * @param {Uint8Array} bytes
 * @param {(model: CoreModel) => T} use
 */
function read(core, bytes, use) {
  const model = new CoreModel(core, bytes);
  try {
    return use(model);
  } finally {
    model.dispose();
  }
}
