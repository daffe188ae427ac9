// Runs long tasks other than training, each in its own Worker, which ends with the task: no memory stays behind, and
// cancelling is immediate.

import { refused } from '../options.js';
import { files } from '../wasm/files.js';
import { prepare } from '../wasm/modules.js';
import { startWorker } from './start-worker.js';

/**
 * @template Progress
 * @typedef {object} WorkOptions
 * @property {(progress: Progress) => void} [onProgress]
 * @property {AbortSignal} [signal] stops the work, which then rejects with the signal's reason
 */

/**
 * @param {'generate' | 'reconstruct' | 'fold'} task
 * @param {object} request plain data
 * @param {WorkOptions<any>} options
 * @returns {Promise<any>}
 */
export async function work(task, request, options) {
  const { signal } = options;
  if (signal && !signal.throwIfAborted) throw refused('signal', signal, 'AbortSignal');
  const module = await prepare(undefined, task === 'reconstruct' ? 'analysis' : 'lodestone');
  return run(task, module, request, options);
}

/**
 * @param {string} task
 * @param {WebAssembly.Module} module
 * @param {object} request
 * @param {WorkOptions<any>} options
 */
async function run(task, module, request, { onProgress, signal }) {
  signal?.throwIfAborted();
  const progress = (/** @type {object} */ value) => {
    try {
      onProgress?.(value);
    } catch (error) {
      thread.terminate(error);
    }
  };
  const thread = startWorker(files.worker(), { progress });
  const abort = () => thread.terminate(signal?.reason);
  signal?.addEventListener('abort', abort);
  try {
    return await thread.remote.call(task, [module, request]);
  } finally {
    signal?.removeEventListener('abort', abort);
    thread.terminate();
  }
}
