/** @typedef {import('../model/magnet.js').Magnet} Magnet */

/**
 * A training that runs in workers: a promise of the model, which can be paused and sampled while it runs.
 *
 *     const training = Magnet.train(sound, { epochs: 200 });
 *     node.swapModel(await training.snapshot());
 *     const model = await training;
 *
 * @extends {Promise<Magnet>}
 */
export class Training extends Promise {
  /** `then` returns a plain promise. */
  static get [Symbol.species]() {
    return Promise;
  }

  /** @type {string | undefined} The id of its checkpoints, if it saves any. */
  id;
  /** @type {Promise<import('./pool.js').Pool<Magnet>> | undefined} */
  #pool;

  /**
   * For `Magnet.train` and `Magnet.resume`.
   * @param {string | undefined} id of its checkpoints
   * @param {(requests: typeof import('./requests.js')) => import('./requests.js').Settled} settle
   * @param {(learned: any) => Magnet} make a model from a worker's message
   */
  static begin(id, settle, make) {
    /** @type {any} */
    let resolve;
    /** @type {any} */
    let reject;
    const training = new Training((...both) => ([resolve, reject] = both));
    training.id = id;
    training.#pool = import('./requests.js').then((requests) => {
      const { request, hooks } = settle(requests);
      const pool = new requests.Pool({ ...hooks, make }, resolve, reject);
      pool.run(request);
      return pool;
    });
    training.#pool.catch(reject);
    return training;
  }

  /** Pauses after the current step and saves a checkpoint, if checkpoints are on. */
  pause() {
    this.#ask('pause');
  }

  /** Continues after a pause. */
  resume() {
    this.#ask('resume');
  }

  /**
   * The model as trained so far, which can play while training continues. Once training is over, the final model.
   * @returns {Promise<Magnet>}
   */
  async snapshot() {
    return (await this.#pool)?.snapshot() ?? this;
  }

  /** @param {'pause' | 'resume'} wish */
  #ask(wish) {
    const ignore = () => {}; // without a pool, the training itself has been rejected
    this.#pool?.then((pool) => pool.ask(wish), ignore);
  }
}
