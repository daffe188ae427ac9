import { phaseStreamDefaults, refused, settle } from '../options.js';

/**
 * How phases are found while a node plays:
 * - `live` (default): 4 iterations of LWS online, look-ahead 0
 * - `light`: 1 iteration, look-ahead 0
 * - `smooth`: 4 iterations, look-ahead 3: three hops later, and truer
 * - `spsi`: single pass, the least work
 * @typedef {'live' | 'light' | 'smooth' | 'spsi'} LivePhase
 */

/** @type {Record<string, import('../options.js').PhaseStreamOptions>} */
const livePhases = {
  live: {},
  light: { iterations: 1 },
  smooth: { lookAhead: 3 },
  spsi: { method: 'spsi' },
};

/**
 * @typedef {object} GeneratorOptions
 * @property {LivePhase | import('../options.js').PhaseStreamOptions} [phase] `live`
 * @property {number} [lookAhead] frames, 0 to 16, in place of the one that `phase` has; each costs a hop of latency
 * @property {number} [seed] 0 to 2³²−1; 0
 * @property {'window' | 'stateful'} [mode] each frame from the last `sequence` ones (`window`), or from all: less work
 * @property {boolean} [spread] whether a hop's work is spread evenly over the hop, which takes a hop longer; true
 * @property {'worklet' | 'worker' | 'auto'} [engine] where it is computed: on the audio thread (`worklet`), in a Worker ahead of
 *   the sound, or, for `createNode` only, where a measurement says
 * @property {number} [ahead] seconds that a Worker is ahead, 0.02 to 1, which add to the latency; 0.1
 * @property {Record<string, number>} [parameterData] first values of the AudioParams
 */

/**
 * @param {GeneratorOptions} [given]
 * @returns the options of the node, and those of its CorePlayer
 */
export function settleGenerator(given) {
  const { phase, lookAhead, seed, mode, spread, ...rest } = settle('a GeneratorNode', given, {
    phase: /** @type {GeneratorOptions['phase']} */ ('live'),
    lookAhead: /** @type {number | undefined} */ (undefined),
    seed: 0,
    mode: 'window',
    spread: true,
    engine: 'worklet',
    ahead: 0.1,
    parameterData: {},
  });
  const chosen = typeof phase === 'string' ? livePhases[phase] : phase;
  if (!chosen) throw refused('phase', phase, `${Object.keys(livePhases).join(', ')} or an object`);
  const stream = settle('phase', chosen, phaseStreamDefaults);
  return { ...rest, player: { seed, mode, spread, ...stream, lookAhead: lookAhead ?? stream.lookAhead } };
}
