import { LodestoneError } from '../errors.js';
import { Core } from '../wasm/memory.js';
import { serve } from './remote.js';

/**
 * A long task, with the port to the page.
 * @typedef {(core: Core, request: any, page: import('./remote.js').Port) => any} Task
 */

/**
 * Serves a Worker's tasks as the page calls them: with the compiled core and a request.
 * @param {Record<string, Task>} tasks
 */
export function serveTasks(tasks) {
  /** @type {import('./remote.js').Port} */
  const page =
    typeof globalThis.postMessage === 'function'
      ? globalThis
      : /** @type {any} */ (process.getBuiltinModule('node:worker_threads').parentPort);
  const methods = Object.entries(tasks).map(([name, task]) => [name, method(task, page)]);
  serve(page, Object.fromEntries(methods));
}

/**
 * @param {Task} task
 * @param {import('./remote.js').Port} page
 */
function method(task, page) {
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
