// The main thread's side of the worker engine. Its Worker runs the worklet's own script.

import { startWorker } from '../threads/start-worker.js';

/** @typedef {import('./player-worker.js').PlayerModel} PlayerModel */
/** @typedef {import('./player-worker.js').PlayerWork} PlayerWork */

/** Maximum share of real time at which `engine: 'auto'` chooses the audio thread. */
const audioThreadShare = 0.25;

/**
 * @typedef {object} RingSize
 * @property {number} length samples per block: one hop, at least 128
 * @property {number} count blocks in circulation
 */

/**
 * The ring for a model in a context.
 * @param {{hop: number, sampleRate: number}} model
 * @param {number} sampleRate of the context
 * @param {number} ahead seconds
 * @returns {RingSize}
 */
export function ringSize({ hop, sampleRate: modelRate }, sampleRate, ahead) {
  const length = Math.max(128, Math.round((hop * sampleRate) / modelRate));
  return { length, count: Math.max(2, Math.ceil((ahead * sampleRate) / length)) };
}

/**
 * Starts a player in its own Worker.
 * @param {URL | string} workletUrl
 * @param {PlayerWork} work
 * @param {(error: import('../errors.js').LodestoneError) => void} fail called if the script does not load, something
 *   throws, or the player cannot be created
 */
export function playInWorker(workletUrl, work, fail) {
  const { remote, terminate } = startWorker(workletUrl, {}, fail);
  const { port1, port2 } = new MessageChannel();
  const ready = remote.call('play', [work, port1], [port1, work.live.buffer]);
  ready.catch(fail);
  return {
    /** Calls the player. */
    remote,
    /** Resolves once the player has been created. */
    ready,
    /** For the RemotePlayer. */
    port: port2,
    terminate,
  };
}

/**
 * Chooses the engine for a model: the worklet if a Worker plays it in less than a quarter of real time. Takes 0.2 s.
 * @param {URL | string} workletUrl
 * @param {PlayerModel} work
 * @returns {Promise<'worklet' | 'worker'>} rejects with a LodestoneError
 */
export async function chooseEngine(workletUrl, work) {
  const { remote, terminate } = startWorker(workletUrl);
  try {
    const cost = await remote.call('measure', [work], [work.live.buffer]);
    return cost < 1000 * audioThreadShare ? 'worklet' : 'worker';
  } finally {
    terminate();
  }
}
