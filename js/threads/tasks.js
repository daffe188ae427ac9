// The long work but training, as the worker does it: each task takes a request of plain data and gives a plain result.

import { CoreGeneration, CoreModel, CoreReconstruction, CoreStft } from '../core.js';
import { every } from './every.js';

/** @typedef {import('../core.js').Core} Core */

/** @typedef {{postMessage: (news: {progress: WorkProgress}) => void}} Main what hears of progress */

/**
 * @typedef {object} WorkProgress
 * @property {number} progress 0 to 1
 * @property {number} [reseeds] how often the network had to be started again
 */

/**
 * @typedef {object} GenerationRequest
 * @property {Uint8Array} bytes the model file
 * @property {number} seconds
 * @property {import('../options.js').DreamOptions} dream
 * @property {import('../options.js').PhaseOptions} phase
 */

/**
 * @param {Core} core
 * @param {GenerationRequest} request
 * @param {Main} main
 */
export function generate(core, { bytes, seconds, dream, phase }, main) {
  const model = new CoreModel(core, bytes);
  const { sampleRate } = model.config;
  const generation = new CoreGeneration(core, model, seconds, dream, phase);
  model.dispose();
  const isTime = every(50);
  while (!generation.step()) {
    if (isTime()) main.postMessage({ progress: { progress: generation.progress, reseeds: generation.reseeds } });
  }
  return { samples: generation.samples(), sampleRate, reseeds: generation.reseeds };
}

/**
 * @typedef {object} ReconstructionRequest
 * @property {import('../core.js').Frames} magnitudes
 * @property {import('../core.js').Frames} [start]
 * @property {import('../options.js').StftOptions} options
 * @property {import('../options.js').PhaseOptions} phase
 */

/**
 * @param {Core} core
 * @param {ReconstructionRequest} request
 * @param {Main} main
 */
export function reconstruct(core, { magnitudes, start, options, phase }, main) {
  const reconstruction = new CoreReconstruction(core, magnitudes, options, phase, start);
  const isTime = every(50);
  while (!reconstruction.step()) {
    if (isTime()) main.postMessage({ progress: { progress: reconstruction.progress } });
  }
  const spectrum = reconstruction.spectrum();
  reconstruction.dispose();
  const stft = new CoreStft(core, options);
  return { samples: stft.inverse(spectrum), sampleRate: stft.config.sampleRate, spectrum };
}
