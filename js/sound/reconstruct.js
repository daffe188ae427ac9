import { phaseDefaults, pick, settle, stftDefaults } from '../options.js';
import { work } from '../threads/work.js';

/** @typedef {import('../core.js').Frames} Frames */
/** @typedef {import('../threads/tasks.js').WorkProgress} WorkProgress */

/**
 * Finds phases for magnitudes and turns them into sound, in a worker.
 *
 *     const { samples } = await reconstruct(stft.magnitudes(sound), { ...stft.config, preset: 'best' });
 *
 * @param {Frames} magnitudes linear
 * @param {import('../options.js').StftOptions & import('../options.js').PhaseOptions & {start?: Frames} &
 *   import('../threads/work.js').WorkOptions<WorkProgress>} [options] the STFT options of the magnitudes, the preset or
 *   stages, and optionally `start`, a complex spectrum whose phases to start from
 * @returns {Promise<{samples: Float32Array, sampleRate: number, spectrum: Required<Frames>}>}
 */
export async function reconstruct(magnitudes, options) {
  const defaults = { ...stftDefaults, ...phaseDefaults, start: undefined, onProgress: undefined, signal: undefined };
  const { start, onProgress, signal, ...rest } = settle('reconstruct', options, defaults);
  const request = { magnitudes, start, options: pick(rest, stftDefaults), phase: pick(rest, phaseDefaults) };
  return work('reconstruct', request, { onProgress, signal });
}
