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
   * @param {import('./pool.js').PoolRequest} request
   * @param {import('./pool.js').Hooks<Magnet>} hooks
   */
  static begin(request, hooks) {
    /** @type {any} */
    let resolve;
    /** @type {any} */
    let reject;
    const training = new Training((...both) => ([resolve, reject] = both));
    training.id = request.checkpoint?.id;
    training.#pool = import('./pool.js').then(({ Pool }) => new Pool(hooks, resolve, reject));
    training.#pool.then((pool) => pool.run(request)).catch(reject);
    return training;
  }

  /** Pauses after the current step and saves a checkpoint, if checkpoints are on. */
  pause() {
    this.#pool?.then((pool) => pool.ask('pause'));
  }

  /** Continues after a pause. */
  resume() {
    this.#pool?.then((pool) => pool.ask('resume'));
  }

  /**
   * The model as trained so far, which can play while training continues. Once training is over, the final model.
   * @returns {Promise<Magnet>}
   */
  async snapshot() {
    return (await this.#pool)?.snapshot() ?? this;
  }
}
