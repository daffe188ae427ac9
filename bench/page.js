// A bench module in a page or in a Worker that the page starts; `window.ask` takes the requests.
import { answer } from './answer.js';

/** The step of performance.now() in milliseconds: the smallest of many. */
function clockStep() {
  let step = Infinity;
  for (let i = 0; i < 50; ++i) {
    const start = performance.now();
    let now = start;
    while (now === start) now = performance.now();
    step = Math.min(step, now - start);
  }
  return step;
}

/** @param {Worker} worker */
function askWorker(worker) {
  return (/** @type {object} */ request) =>
    new Promise((done, failed) => {
      worker.onmessage = ({ data }) => done(data);
      worker.onerror = ({ message }) => failed(new Error(message ?? 'the worker could not be started'));
      worker.postMessage(request);
    });
}

/**
 * @param {string} module address of the bench module
 * @param {boolean} inWorker
 * @returns {Promise<string>} notes about this page for the report
 */
export async function connect(module, inWorker) {
  if (inWorker) {
    const address = new URL(`worker.js?${new URLSearchParams({ module })}`, import.meta.url);
    window.ask = askWorker(new Worker(address, { type: 'module' }));
  } else {
    const loaded = await import(module);
    window.ask = (request) => answer(loaded, request);
  }
  const isolated = crossOriginIsolated ? 'cross-origin isolated' : 'not cross-origin isolated';
  return `${isolated}, clock ${Number((1000 * clockStep()).toPrecision(2))} µs`;
}
