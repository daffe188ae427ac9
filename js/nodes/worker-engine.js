// The main thread's side of the worker engine. Its Worker runs the worklet's own file, which must come from the page's
// origin.

import { LodestoneError } from '../errors.js';
import { playerName, Questions } from '../threads/messages.js';

/** @typedef {import('./player-worker.js').PlayerModel} PlayerModel */
/** @typedef {import('./player-worker.js').PlayerWork} PlayerWork */

/** The most of real time that `engine: 'auto'` leaves to the audio thread. */
const audioThreadShare = 0.25;

/**
 * @typedef {object} RingSize
 * @property {number} length samples of a block: a hop's, 128 at least
 * @property {number} count blocks that go round
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
 * A player in a Worker of its own.
 * @param {URL | string} workletUrl
 * @param {PlayerWork} work
 * @param {(error: LodestoneError) => void} fail called when the script does not load, something throws, or there can be
 *   no player
 */
export function playInWorker(workletUrl, work, fail) {
  const worker = startWorker(workletUrl, fail);
  const questions = new Questions(worker);
  const { port1, port2 } = new MessageChannel();
  const ready = questions.ask('play', [work, port1], [port1]);
  ready.catch(fail);
  return {
    /** What the player can be asked. */
    questions,
    /** Fulfilled when there is a player. */
    ready,
    /** To be handed to the RemotePlayer. */
    port: port2,
    /** @param {LodestoneError} reason for what is still asked */
    terminate(reason) {
      worker.terminate();
      questions.end(reason);
    },
  };
}

/**
 * The engine for a model: the worklet's where a Worker needs less than a quarter of real time to play it. Takes 0.2 s.
 * @param {URL | string} workletUrl
 * @param {PlayerModel} work
 * @returns {Promise<'worklet' | 'worker'>} rejects with a LodestoneError
 */
export async function chooseEngine(workletUrl, work) {
  /** @type {Worker | undefined} */
  let worker;
  try {
    const cost = await new Promise((resolve, reject) => {
      worker = startWorker(workletUrl, reject);
      new Questions(worker, { cost: resolve }).ask('measure', [work]).catch(reject);
    });
    return cost < 1000 * audioThreadShare ? 'worklet' : 'worker';
  } finally {
    worker?.terminate();
  }
}

/**
 * @param {URL | string} url
 * @param {(error: LodestoneError) => void} fail
 */
function startWorker(url, fail) {
  const refusal = (/** @type {string | undefined} */ reason) =>
    new LodestoneError(
      'unsupported',
      `${url} cannot run in a Worker: ${reason ?? 'worker-src or its origin may forbid it'}`,
    );
  try {
    const worker = new Worker(url, { type: 'module', name: playerName });
    worker.onerror = ({ message }) => fail(refusal(message));
    return worker;
  } catch (error) {
    throw refusal(/** @type {Error} */ (error).message);
  }
}
