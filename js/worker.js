// Runs one task of tasks.js off the main thread, in a Web Worker or a worker_thread of Node. The build joins it into
// dist/worker.js.

import { Core } from './core.js';
import { LodestoneError } from './errors.js';
import * as tasks from './tasks.js';

let stopping = false;

const { port1, port2 } = new MessageChannel();

/** Goes on after the messages that have come; true when the task is to end with what there is. */
async function stopped() {
  await new Promise((resolve) => {
    port1.onmessage = resolve;
    port2.postMessage(null);
  });
  return stopping;
}

/**
 * @param {any} message 'stop', or a task, its request and the compiled module
 * @param {(answer: object) => void} send
 */
async function receive(message, send) {
  if (message === 'stop') {
    stopping = true;
    return;
  }
  try {
    const task = tasks[/** @type {'train' | 'generate' | 'reconstruct'} */ (message.task)];
    const runner = { report: (/** @type {object} */ progress) => send({ progress }), stopped };
    send({ result: await task(new Core(message.module), message.request, runner) });
  } catch (error) {
    const { code, message: text } = /** @type {LodestoneError} */ (explain(error));
    send({ error: { code, message: text } });
  }
}

/** @param {unknown} error */
function explain(error) {
  // The core checks what is big; where a small block is missing it can only stop.
  const outOfMemory = error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
  if (!outOfMemory) return error;
  return new LodestoneError('out-of-memory', `the core had to stop, most likely for lack of memory: ${error.message}`);
}

if (typeof globalThis.postMessage === 'function') {
  globalThis.onmessage = ({ data }) => receive(data, (answer) => globalThis.postMessage(answer));
} else {
  const { parentPort } = /** @type {any} */ (process.getBuiltinModule('node:worker_threads'));
  parentPort.on('message', (/** @type {any} */ data) => receive(data, (answer) => parentPort.postMessage(answer)));
}
