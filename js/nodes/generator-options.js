import { choice, livePhases, phaseStreamDefaults, playerDefaults, refused, settle } from '../options.js';

/** @typedef {import('../options.js').LivePhase} LivePhase */

/**
 * @typedef {object} GeneratorOptions
 * @property {LivePhase | import('../options.js').PhaseStreamOptions} [phase] `live`
 * @property {number} [lookAhead] frames, 0 to 16, in place of the one that `phase` has; each costs a hop of latency
 * @property {number} [seed] 0 to 2³²−1; 0
 * @property {'window' | 'stateful'} [mode] each frame from the last `sequence` ones (`window`), or from all: less work
 * @property {boolean} [spread] whether a hop's work is spread evenly over the hop, which takes a hop longer; true
 * @property {'worklet' | 'worker' | 'auto'} [engine] what computes the sound: the audio thread (`worklet`); a Worker
 *   that is `ahead`, for models that are too heavy for it; or, `createNode` only, the former where 0.2 s of measuring
 *   show that it takes less than a quarter of real time, else the latter. An OfflineAudioContext waits for the audio
 *   thread and always gets that; `worklet`
 * @property {number} [ahead] seconds by which a Worker renders ahead, which it may be late by and which add to the
 *   latency, 0.02 to 1; 0.1
 * @property {Record<string, number>} [parameterData] first values of the AudioParams
 */

/**
 * @param {GeneratorOptions} [given]
 * @returns the options of the node, and those of its CorePlayer
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
