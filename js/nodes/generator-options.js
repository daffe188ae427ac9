import { choice, livePhases, phaseStreamDefaults, playerDefaults, refused, settle } from '../options.js';

/** @typedef {import('../options.js').LivePhase} LivePhase */

/**
 * @typedef {object} MoreGeneratorOptions
 * @property {LivePhase | import('../options.js').PhaseStreamOptions} [phase] default `live`
 * @property {number} [lookAhead] frames, 0 to 16, overriding that of `phase`; each adds a hop of latency
 * @property {'worklet' | 'worker' | 'auto'} [engine] what computes the sound. `worklet` (default): the audio thread.
 *   `worker`: a Worker that renders `ahead`, for models that are too heavy for the audio thread. `auto` (`createNode`
 *   only) measures for 0.2 s and chooses `worklet` if that takes less than a quarter of real time. An
 *   OfflineAudioContext waits for the audio thread and always uses `worklet`
 * @property {number} [ahead] how many seconds ahead a Worker renders, 0.02 to 1; default 0.1. It may be late by that
 *   much, and adds that much latency
 * @property {Record<string, number>} [parameterData] initial values of the AudioParams
 */

/** @typedef {Pick<import('../options.js').PlayerOptions, 'seed' | 'mode' | 'spread'> & MoreGeneratorOptions} GeneratorOptions */

/**
 * @param {GeneratorOptions} [given]
 * @returns the node's options and those of its CorePlayer
 */
export function settleGenerator(given) {
  const { phase, lookAhead, seed, mode, spread, engine, ahead, parameterData } = settle('a GeneratorNode', given, {
    phase: /** @type {GeneratorOptions['phase']} */ ('live'),
    lookAhead: /** @type {number | undefined} */ (undefined),
    seed: playerDefaults.seed,
    mode: playerDefaults.mode,
    spread: playerDefaults.spread,
    engine: 'worklet',
    ahead: 0.1,
    parameterData: {},
  });
  choice('engine', engine, ['worklet', 'worker']);
  if (!(ahead >= 0.02 && ahead <= 1)) throw refused('ahead', ahead, '0.02 to 1');
  const chosen = typeof phase === 'string' ? livePhases[phase] : phase;
  if (!chosen) throw refused('phase', phase, `${Object.keys(livePhases).join(', ')} or an object`);
  const stream = settle('phase', chosen, phaseStreamDefaults);
  const player = { seed, mode, spread, ...stream, lookAhead: lookAhead ?? stream.lookAhead };
  return { engine, ahead, parameterData, player };
}
