// What model files take of the core on the page's own thread. A page that learns a sound and plays it needs none of it,
// so that it is loaded when it is asked for.

import { CoreModel } from './core/model.js';
import { sharedCore } from './local-core.js';
import { describe } from './tasks.js';

/**
 * What a Magnet is made of.
 * @param {Uint8Array} bytes a model file
 */
export const load = (bytes) => read(bytes, (model) => ({ bytes, ...describe(model) }));

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
  const model = new CoreModel(await sharedCore(), bytes);
  try {
    return use(model);
  } finally {
    model.dispose();
  }
}
