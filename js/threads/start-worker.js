import { files } from '../wasm/files.js';

/**
 * A thread that runs dist/worklet.js, with the same face for Web Workers and Node's.
 * @typedef {object} Thread
 * @property {(message: unknown, transfer?: Transferable[]) => void} postMessage
 * @property {() => void} terminate
 * @property {(receive: (message: any) => void, fail: (reason: string) => void) => void} listen
 */

/** @returns {Thread} */
export function startWorker() {
  if (typeof Worker === 'function') {
    const worker = new Worker(files.worklet(), { type: 'module' });
    return {
      postMessage: (message, transfer = []) => worker.postMessage(message, transfer),
      terminate: () => worker.terminate(),
      listen(receive, fail) {
        worker.onmessage = ({ data }) => receive(data);
        worker.onerror = ({ message }) => fail(message ?? 'its script did not load');
      },
    };
  }
  const threads = process.getBuiltinModule('node:worker_threads');
  const worker = new threads.Worker(files.worklet());
  return {
    postMessage: (message, transfer) => worker.postMessage(message, /** @type {any} */ (transfer)),
    terminate: () => worker.terminate(),
    listen(receive, fail) {
      worker.on('message', receive);
      worker.on('error', (/** @type {Error} */ error) => fail(error.message));
      worker.on('exit', (/** @type {number} */ code) => fail(`it ended with code ${code}`));
    },
  };
}
