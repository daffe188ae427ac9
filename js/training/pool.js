// The main thread's side of a training: starts the workers, sends them the audio and passes on their messages. It
// computes nothing and copies in pieces, so it never blocks the page.

import { LodestoneError } from '../errors.js';
import { refused } from '../options.js';
import { isIncomplete, prepare, smallestModule } from '../wasm/modules.js';
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
  /** @type {any} */
  #request;
  #resolve;
  #reject;
  /** @type {Thread[]} */
  #workers = [];
  /** @type {string[]} requests for a lead worker that does not exist yet */
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
    this.#request = request;
    try {
      await this.#start(request);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Starts over with the complete core, because page.wasm refused without a message. */
  async #again() {
    for (const worker of this.#workers.splice(0)) worker.terminate();
    await prepare().catch((error) => this.#fail(error));
    if (!this.#over) await this.run(this.#request);
  }

  /** @param {'pause' | 'resume' | 'snapshot'} wish */
  ask(wish) {
    if (!this.#learning) this.#wishes.push(wish);
    this.#workers[0]?.postMessage(wish);
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
    const [module, sources] = await Promise.all([smallestModule(), options && openAudio(audio, sampleRate)]);
    if (this.#over) return;
    while (this.#workers.length < count) this.#workers.push(startWorker());
    const [first] = this.#workers;
    const clips = sources?.map(({ shape }) => shape);
    const shared = count > 1 && (globalThis.crossOriginIsolated ?? typeof SharedArrayBuffer === 'function');
    const lead = { clips, shared, options, sampleRate, initial, checkpoint, models: Boolean(onModel) };
    for (const seat of seats(count)) this.#place(module, seat, seat.part === 0 ? lead : {});
    for (const wish of this.#wishes) first.postMessage(wish);
    if (sources) await pour(sources, (samples) => this.#over || first.postMessage(samples, [samples.buffer]));
  }

  /**
   * @param {WebAssembly.Module} module
   * @param {import('./member.js').Seat} seat
   * @param {object} duties of the lead
   */
  #place(module, seat, duties) {
    const thread = this.#workers[seat.part];
    const isOurs = () => this.#workers.includes(thread); // not one that was replaced
    thread.listen(
      (answer) => isOurs() && this.#hear(seat.part, answer),
      (reason) =>
        isOurs() && this.#fail(new LodestoneError('unsupported', `a worker of the training ended: ${reason}`)),
    );
    try {
      thread.postMessage({ task: 'train', module, request: { seat, ...duties } }, seat.ports);
    } catch (error) {
      throw new LodestoneError('invalid-argument', `train: ${/** @type {Error} */ (error).message}`);
    }
  }

  /**
   * @param {number} part the worker's number
   * @param {any} answer
   */
  #hear(part, { error, learning, progress, notice, model, snapshot, learned }) {
    const { make, onProgress, onNotice, onModel } = this.#hooks;
    if (isIncomplete(error)) this.#again();
    else if (error) this.#fail(error.code ? new LodestoneError(error.code, error.message) : new Error(error.message));
    else if (learning) this.#learning = true;
    else if (progress) this.#call(onProgress, progress);
    else if (notice) this.#call(onNotice, notice);
    else if (model) this.#call(onModel, make(model));
    else if (snapshot) this.#answerSnapshots(({ resolve }) => resolve(make(snapshot)));
    else if (learned) this.#succeed(make(learned));
    else if (learned === null) this.#fail(this.#hooks.signal?.reason);
    else if (part === 0) this.#end(); // the last checkpoint is written
  }

  /**
   * Calls a hook, unless the training is over: Node still delivers messages from a worker that has been terminated.
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
    if (this.#learning) this.#workers[0].postMessage('stop');
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
    this.#hooks.signal?.removeEventListener?.('abort', this.#abort); // it may be no AbortSignal
    for (const worker of this.#workers) worker.terminate();
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
