/** @type {(() => Promise<unknown>) | undefined} */
let pingPong;

/** Goes on after the events that wait. In Node a port that is written to again and again would go before all others. */
function turn() {
  if (typeof setImmediate === 'function') return new Promise((resolve) => setImmediate(resolve));
  pingPong ??= makePingPong();
  return pingPong();
}

/** A task that browsers do not put off, as they do timers. */
function makePingPong() {
  const { port1, port2 } = new MessageChannel();
  return () =>
    new Promise((resolve) => {
      port1.onmessage = resolve;
      port2.postMessage(null);
    });
}

/** Thrown where a training is to end at once. */
const stopped = new Error('the training was stopped');

/** What the page has asked of a training that is going on in this thread. */
export class Control {
  stopping = false;
  paused = false;
  /** How many snapshots the page waits for. */
  snapshots = 0;
  #wake = () => {};

  /** @param {string} wish stop, pause, resume or snapshot */
  hear(wish) {
    if (wish === 'stop') this.stopping = true;
    else if (wish === 'snapshot') this.snapshots += 1;
    else this.paused = wish === 'pause';
    this.#wake();
  }

  /** Goes on after the next wish. */
  wish() {
    return new Promise((resolve) => (this.#wake = () => resolve(undefined)));
  }

  /** Lets the messages in that have come; throws when asked to stop. */
  async pulse() {
    await turn();
    if (this.stopping) throw stopped;
  }

  /**
   * What the promise gives; throws as soon as asked to stop.
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
