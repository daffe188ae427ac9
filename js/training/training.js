import { Pool } from './pool.js';

/** @typedef {import('../model/magnet.js').Magnet} Magnet */

/**
 * A training that goes on in workers: a promise of the model, and what can be asked of it meanwhile.
 *
 *     const training = Magnet.train(sound, { epochs: 200 });
 *     node.swapModel(await training.snapshot());
 *     const model = await training;
 *
 * @extends {Promise<Magnet>}
 */
export class Training extends Promise {
  /** What `then` gives is a promise like others. */
  static get [Symbol.species]() {
    return Promise;
  }

  /** @type {string | undefined} The name under which its checkpoints are kept. */
  id;
  /** @type {Pool<Magnet> | undefined} */
  #pool;

  /**
   * For `Magnet.train` and `Magnet.resume`.
   * @param {import('./pool.js').PoolRequest} request
   * @param {import('./pool.js').Hooks<Magnet>} hooks
   */
  static begin(request, hooks) {
    /** @type {any} */
    let pool;
    const training = new Training((resolve, reject) => (pool = new Pool(hooks, resolve, reject)));
    training.#pool = pool;
    training.id = request.checkpoint?.id;
    pool.run(request);
    return training;
  }

  /** Rests after the step that is being done, and keeps a checkpoint, where there are checkpoints. */
  pause() {
    this.#pool?.ask('pause');
  }

  /** Goes on after a pause. */
  resume() {
    this.#pool?.ask('resume');
  }

  /**
   * A model of what has been learned so far, which can play while training goes on; the last one once it is over.
   * @returns {Promise<Magnet>}
   */
  snapshot() {
    return this.#pool?.snapshot() ?? Promise.resolve(this);
  }
}
