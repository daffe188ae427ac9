import { LodestoneError } from '../errors.js';
import { Remote } from './remote.js';

/**
 * A thread that serves calls.
 * @typedef {object} Thread
 * @property {Remote} remote
 * @property {(reason?: unknown) => void} terminate stops it at once; open calls reject with the reason
 */

/**
 * Starts a Web Worker or a worker_thread of Node.
 * @param {string | URL} script which must come from the page's origin
 * @param {Record<string, (value: any) => void>} [events]
 * @param {(error: LodestoneError) => void} [fail] called when the script does not load, or throws later
 * @returns {Thread}
 */
export function startWorker(script, events, fail = () => {}) {
  const stop = (/** @type {string | undefined} */ reason) => {
    const error = ended(reason);
    if (remote.end(error)) fail(error);
  };
  const { port, terminate } = typeof Worker === 'function' ? webWorker(script, stop) : nodeWorker(script, stop);
  const remote = new Remote(port, events);
  return {
    remote,
    terminate(reason) {
      remote.end(reason);
      terminate();
    },
  };
}

/**
 * @param {string | URL} script
 * @param {(reason?: string) => void} stop
 */
function webWorker(script, stop) {
  try {
    const worker = new Worker(script, { type: 'module' });
    worker.onerror = ({ message }) => stop(message);
    return { port: worker, terminate: () => worker.terminate() };
  } catch (error) {
    throw ended(/** @type {Error} */ (error).message);
  }
}

/**
 * @param {string | URL} script
 * @param {(reason?: string) => void} stop
 */
function nodeWorker(script, stop) {
  const threads = process.getBuiltinModule('node:worker_threads');
  const worker = new threads.Worker(script);
  worker.on('error', ({ message }) => stop(message));
  worker.on('exit', (code) => stop(`it ended with code ${code}`));
  const port = {
    postMessage: (/** @type {any} */ message, /** @type {any} */ transfer) => worker.postMessage(message, transfer),
    set onmessage(/** @type {(event: {data: any}) => void} */ receive) {
      worker.on('message', (data) => receive({ data }));
    },
  };
  return { port, terminate: () => worker.terminate() };
}

function ended(reason = 'its script did not load; worker-src of the page or another origin may forbid it') {
  return new LodestoneError('unsupported', `a Worker of Lodestone ended: ${reason}`);
}
