// The script of the Workers and worker_threads that run long tasks, which the build bundles into dist/worker.js. Each runs
// one task.

import { Core } from '../wasm/memory.js';
import { LodestoneError } from '../errors.js';
import { serve } from './remote.js';
import { listen } from '../listening/listener.js';
import { generate, reconstruct } from './tasks.js';
import { lead } from '../training/lead.js';
import { follow } from '../training/member.js';

/** @type {import('./remote.js').Port} */
const page =
  typeof globalThis.postMessage === 'function'
    ? globalThis
    : /** @type {any} */ (process.getBuiltinModule('node:worker_threads').parentPort);

/**
 * @param {Core} core
 * @param {any} request
 */
function train(core, request) {
  return request.seat.part === 0 ? lead(core, request, page) : follow(core, request.seat);
}

/**
 * A task as the page calls it.
 * @param {(core: Core, request: any, page: import('./remote.js').Port) => any} task
 */
function method(task) {
  return async (/** @type {WebAssembly.Module} */ module, /** @type {any} */ request) => {
    try {
      return await task(new Core(module), request, page);
    } catch (error) {
      throw explain(error);
    }
  };
}

/** @param {unknown} error */
function explain(error) {
  // The core checks large allocations; if a small one fails, it can only stop.
  const outOfMemory = error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
  if (!outOfMemory) return error;
  return new LodestoneError('out-of-memory', `the core stopped, probably out of memory: ${error.message}`);
}

serve(page, {
  generate: method(generate),
  listen: method(listen),
  reconstruct: method(reconstruct),
  train: method(train),
});
