// The main thread's side of a training: starts the Workers, sends them the audio, passes on what they report. It computes
// nothing and copies in pieces, so that the page is never blocked.

import { files } from '../wasm/files.js';
import { refused } from '../options.js';
import { prepare } from '../wasm/modules.js';
import { startWorker } from '../threads/start-worker.js';
import { openAudio, pour } from './audio.js';

/** @typedef {import('../threads/start-worker.js').Thread} Thread */

/**
 * @template Model
 * @typedef {object} Hooks
 * @property {(learned: any) => Model} make a model from a worker's message
 * @property {AbortSignal} [signal]
 * @property {(progress: import('./lead.js').TrainingProgress) => void} [onProgress]
 * @property {(notice: import('./lead.js').TrainingNotice) => void} [onNotice]
 * @property {(model: Model) => void} [onModel]
 */

/**
 * @typedef {object} PoolRequest
 * @property {import('./audio.js').Audio} [audio]
 * @property {number} [sampleRate] the caller's option
 * @property {number} [workers] 1, 2, 4 or 8
 * @property {import('../options.js').TrainerOptions} [options] and those of its STFT; missing when resuming from
 *   a checkpoint
 * @property {Uint8Array} [initial]
 * @property {{id: string, every: number, store?: string}} [checkpoint]
 */

/** @template Model */
export class Pool {
  #hooks;
  #resolve;
  #reject;
  /** @type {Thread[]} */
  #workers = [];
  /** @type {('pause' | 'resume' | 'snapshot')[]} what to tell the lead once there is one */
  #wishes = [];
  /** @type {{resolve: (model: Model) => void, reject: (reason: unknown) => void}[]} */
  #snapshots = [];
  #learning = false;
  #over = false;

  /**
   * @param {Hooks<Model>} hooks
   * @param {(model: Model) => void} resolve
   * @param {(reason: unknown) => void} reject
   */
  constructor(hooks, resolve, reject) {
    this.#hooks = hooks;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** @param {PoolRequest} request */
  async run(request) {
    try {
      await this.#start(request);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @param {'pause' | 'resume' | 'snapshot'} wish */
  ask(wish) {
    const [lead] = this.#workers;
    if (lead) lead.remote.tell('hear', [wish]);
    else this.#wishes.push(wish);
  }

  /** @returns {Promise<Model> | null} null if the training is over */
  snapshot() {
    if (this.#over) return null;
    this.ask('snapshot');
    return new Promise((resolve, reject) => this.#snapshots.push({ resolve, reject }));
  }

  /** @param {PoolRequest} request */
  async #start({ audio, sampleRate, workers, options, initial, checkpoint }) {
    const { signal, onModel } = this.#hooks;
    if (signal && !signal.throwIfAborted) throw refused('signal', signal, 'AbortSignal');
    signal?.throwIfAborted();
    signal?.addEventListener('abort', this.#abort);
    const most = numberOfWorkers(workers);
    const count = options?.training === 'sequence' ? 1 : most;
    const [module, sources] = await Promise.all([prepare(), options && openAudio(audio, sampleRate)]);
    if (this.#over) return;
    const clips = sources?.map(({ shape }) => shape);
    const shared = count > 1 && (globalThis.crossOriginIsolated ?? typeof SharedArrayBuffer === 'function');
    const lead = { clips, shared, options, sampleRate, initial, checkpoint, models: Boolean(onModel) };
    for (const seat of seats(count)) this.#place(module, seat, seat.part === 0 ? lead : {});
    for (const wish of this.#wishes) this.ask(wish);
    const [{ remote }] = this.#workers;
    if (sources) await pour(sources, (samples) => this.#over || remote.tell('samples', [samples], [samples.buffer]));
  }

  /**
   * @param {WebAssembly.Module} module
   * @param {import('./member.js').Seat} seat
   * @param {object} duties of the lead
   */
  #place(module, seat, duties) {
    const fail = (/** @type {unknown} */ error) => this.#fail(error);
    const thread = startWorker(files.worker(), seat.part === 0 ? this.#events() : {}, fail);
    this.#workers.push(thread);
    const done = thread.remote.call('train', [module, { seat, ...duties }], seat.ports);
    done.then(() => seat.part === 0 && this.#end(), fail); // the last checkpoint has been written
  }

  /** What the lead reports. */
  #events() {
    const { make, onProgress, onNotice, onModel, signal } = this.#hooks;
    return {
      learning: () => (this.#learning = true),
      progress: (/** @type {any} */ progress) => this.#call(onProgress, progress),
      notice: (/** @type {any} */ notice) => this.#call(onNotice, notice),
      model: (/** @type {any} */ model) => this.#call(onModel, make(model)),
      snapshot: (/** @type {any} */ model) => this.#answerSnapshots(({ resolve }) => resolve(make(model))),
      learned: (/** @type {any} */ model) => (model ? this.#succeed(make(model)) : this.#fail(signal?.reason)),
    };
  }

  /**
   * Calls back, unless the training is over.
   * @template T
   * @param {((value: T) => void) | undefined} hook
   * @param {T} value
   */
  #call(hook, value) {
    if (this.#over) return;
    try {
      hook?.(value);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @param {(waiting: {resolve: (model: Model) => void, reject: (reason: unknown) => void}) => void} answer */
  #answerSnapshots(answer) {
    for (const waiting of this.#snapshots.splice(0)) answer(waiting);
  }

  #abort = () => {
    if (this.#learning) this.#workers[0]?.remote.tell('hear', ['stop']);
    else this.#fail(this.#hooks.signal?.reason);
  };

  /** @param {Model} model */
  #succeed(model) {
    if (this.#over) return;
    this.#over = true;
    this.#resolve(model);
    this.#answerSnapshots(({ resolve }) => resolve(model));
  }

  /** @param {unknown} error */
  #fail(error) {
    if (!this.#over) {
      this.#over = true;
      this.#reject(error);
      this.#answerSnapshots(({ reject }) => reject(error));
    }
    this.#end();
  }

  #end() {
    this.#hooks.signal?.removeEventListener?.('abort', this.#abort); // it may not be an AbortSignal
    for (const worker of this.#workers.splice(0)) worker.terminate();
  }
}

/**
 * The workers' seats, with a port between each pair that swaps.
 * @param {number} parts
 */
export function seats(parts) {
  const places = Array.from({ length: parts }, (_, part) => ({
    part,
    parts,
    ports: /** @type {MessagePort[]} */ ([]),
  }));
  for (let bit = 1; bit < parts; bit *= 2) {
    for (const { part, ports } of places) {
      if (part & bit) continue;
      const { port1, port2 } = new MessageChannel();
      ports.push(port1);
      places[part | bit].ports.push(port2);
    }
  }
  return places;
}

/** @param {number} [wanted] */
function numberOfWorkers(wanted) {
  if (wanted === undefined) return 2 ** Math.floor(Math.log2(Math.min(8, cores())));
  if ([1, 2, 4, 8].includes(wanted)) return wanted;
  throw refused('workers', wanted, '1, 2, 4, 8');
}

function cores() {
  const { hardwareConcurrency } = globalThis.navigator ?? {};
  if (hardwareConcurrency) return hardwareConcurrency;
  return process.getBuiltinModule('node:os').availableParallelism();
}
