// Long tasks other than training, run in a Worker: each takes a request of plain data and returns a plain result.

import { CoreGeneration, CoreModel, CoreReconstruction, CoreStft } from '../core.js';
import { every } from './every.js';
import { transferring } from './remote.js';

/** @typedef {import('../core.js').Core} Core */

/** @typedef {import('./remote.js').Port} Port to the page, for progress */

/**
 * @typedef {object} WorkProgress
 * @property {number} progress 0 to 1
 * @property {number} [reseeds] how often the network had to be restarted
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
 * @param {Port} main
 */
export function generate(core, { bytes, seconds, dream, phase }, main) {
  const model = new CoreModel(core, bytes);
  const { sampleRate } = model.config;
  const generation = new CoreGeneration(core, model, seconds, dream, phase);
  model.dispose();
  const isTime = every(50);
  while (!generation.step()) {
    if (isTime()) main.postMessage(['progress', { progress: generation.progress, reseeds: generation.reseeds }]);
  }
  const samples = generation.samples();
  return transferring({ samples, sampleRate, reseeds: generation.reseeds }, [samples.buffer]);
}

/**
 * The model file without components.
 * @param {Core} core
 * @param {{bytes: Uint8Array}} request a model file
 */
export function fold(core, { bytes }) {
  const folded = new CoreModel(core, bytes).toBytes({ folded: true });
  return transferring(folded, [folded.buffer]);
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
 * @param {Port} main
 */
export function reconstruct(core, { magnitudes, start, options, phase }, main) {
  const reconstruction = new CoreReconstruction(core, magnitudes, options, phase, start);
  const isTime = every(50);
  while (!reconstruction.step()) {
    if (isTime()) main.postMessage(['progress', { progress: reconstruction.progress }]);
  }
  const spectrum = reconstruction.spectrum();
  reconstruction.dispose();
  const stft = new CoreStft(core, options);
  const samples = stft.inverse(spectrum);
  const result = { samples, sampleRate: stft.config.sampleRate, spectrum };
  return transferring(result, [samples.buffer, spectrum.data.buffer]);
}
