// Long work but training in a worker of its own, which ends with it: no memory stays behind, and stopping is at once.

import { LodestoneError } from '../errors.js';
import { refused } from '../options.js';
import { prepare, withCore } from '../wasm/modules.js';
import { startWorker } from './start-worker.js';

/**
 * @template Progress
 * @typedef {object} WorkOptions
 * @property {(progress: Progress) => void} [onProgress]
 * @property {AbortSignal} [signal] stops the work, which then rejects with the signal's reason
 */

/**
 * @param {'generate' | 'reconstruct'} task
 * @param {object} request plain data
 * @param {WorkOptions<any>} options
 * @returns {Promise<any>}
 */
export async function work(task, request, options) {
  const { signal } = options;
  if (signal && !signal.throwIfAborted) throw refused('signal', signal, 'AbortSignal');
  if (task === 'reconstruct') await prepare(); // page.wasm has no part of it
  return withCore((module) => run(task, module, request, options));
}

/**
 * @param {string} task
 * @param {WebAssembly.Module} module
 * @param {object} request
 * @param {WorkOptions<any>} options
 */
async function run(task, module, request, { onProgress, signal }) {
  signal?.throwIfAborted();
  const worker = startWorker();
  let abort = () => {};
  const finished = new Promise((resolve, reject) => {
    abort = () => reject(signal?.reason);
    signal?.addEventListener('abort', abort);
    worker.listen(
      ({ progress, result, error }) => {
        if (error) reject(error.code ? new LodestoneError(error.code, error.message) : new Error(error.message));
        else if (progress === undefined) resolve(result);
        else callBack(onProgress, progress, reject);
      },
      (reason) => reject(new LodestoneError('unsupported', `the worker could not run: ${reason}`)),
    );
    try {
      worker.postMessage({ task, module, request });
    } catch (error) {
      reject(new LodestoneError('invalid-argument', `${task}: ${/** @type {Error} */ (error).message}`));
    }
    if (signal?.aborted) abort();
  });
  try {
    return await finished;
  } finally {
    onProgress = undefined; // Node hands out the messages that have come, though the worker is stopped
    signal?.removeEventListener('abort', abort);
    worker.terminate();
  }
}

/**
 * @param {((progress: object) => void) | undefined} onProgress
 * @param {object} progress
 * @param {(reason: unknown) => void} reject
 */
function callBack(onProgress, progress, reject) {
  try {
    onProgress?.(progress);
  } catch (error) {
    reject(error);
  }
}
