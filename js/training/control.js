/** @type {(() => Promise<unknown>) | undefined} */
let pingPong;

/** Resolves after pending events. In Node, posting to a port over and over would starve all others. */
function turn() {
  if (typeof setImmediate === 'function') return new Promise((resolve) => setImmediate(resolve));
  pingPong ??= makePingPong();
  return pingPong();
}

/** A task that browsers do not throttle, as they do timers. */
function makePingPong() {
  const { port1, port2 } = new MessageChannel();
  return () =>
    new Promise((resolve) => {
      port1.onmessage = resolve;
      port2.postMessage(null);
    });
}

/** Thrown to end a training immediately. */
const stopped = new Error('the training was stopped');

/** The page's requests to the training that is running in this thread. */
export class Control {
  stopping = false;
  paused = false;
  /** How many snapshots the page is waiting for. */
  snapshots = 0;
  #wake = () => {};

  /** @param {string} wish 'stop', 'pause', 'resume' or 'snapshot' */
  hear(wish) {
    if (wish === 'stop') this.stopping = true;
    else if (wish === 'snapshot') this.snapshots += 1;
    else this.paused = wish === 'pause';
    this.#wake();
  }

  /** Resolves at the next request. */
  wish() {
    return new Promise((resolve) => (this.#wake = () => resolve(undefined)));
  }

  /** Handles pending messages; throws if asked to stop. */
  async pulse() {
    await turn();
    if (this.stopping) throw stopped;
  }

  /**
   * Resolves like the promise, but rejects as soon as asked to stop.
   * @template T
   * @param {Promise<T>} promise
   * @returns {Promise<T>}
   */
  unlessStopped(promise) {
    return new Promise((resolve, reject) => {
      this.#wake = () => this.stopping && reject(stopped);
      this.#wake();
      promise.then(resolve, reject);
    });
  }
}
