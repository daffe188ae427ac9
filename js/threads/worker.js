// Runs one task off the main thread, in a Web Worker or a worker_thread of Node.

import { Core } from '../wasm/instance.js';
import { LodestoneError } from '../errors.js';
import { generate, reconstruct } from './tasks.js';
import { lead } from '../training/lead.js';
import { follow } from '../training/member.js';

const tasks = { generate, reconstruct, train };

/**
 * @param {Core} core
 * @param {any} request
 * @param {any} main
 */
function train(core, request, main) {
  return request.seat.part === 0 ? lead(core, request, main) : follow(core, request.seat);
}

/** @param {any} main the port to the page, or the scope that is one; gives a task, its request and the compiled module */
function serve(main) {
  main.onmessage = async (/** @type {any} */ { data: { task, module, request } }) => {
    try {
      const work = tasks[/** @type {'generate' | 'reconstruct' | 'train'} */ (task)];
      main.postMessage({ result: await work(new Core(module), request, main) });
    } catch (error) {
      const { code, message } = /** @type {LodestoneError} */ (explain(error));
      main.postMessage({ error: { code, message } });
    }
  };
}

/** @param {unknown} error */
function explain(error) {
  // The core checks what is big; where a small block is missing it can only stop.
  const outOfMemory = error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
  if (!outOfMemory) return error;
  return new LodestoneError('out-of-memory', `the core stopped, probably out of memory: ${error.message}`);
}

/** Does what this thread is sent. */
export function serveTasks() {
  if (typeof globalThis.postMessage === 'function') serve(globalThis);
  else serve(process.getBuiltinModule('node:worker_threads').parentPort);
}
