import { LodestoneError } from '../errors.js';
import { startWorker } from '../threads/start-worker.js';
import { CoreExamples, CoreMappingTrainer } from '../wasm/mapping.js';

/**
 * @typedef {object} Learned
 * @property {Uint8Array<ArrayBuffer>} bytes of the model
 * @property {{error: number, rows: number, rowsUsed: number}[]} reports one for each output
 */

/**
 * The takes, and a Worker that learns them. The Worker has a copy: if it dies, another one starts with these takes.
 */
export class Lessons {
  #files;
  #options;
  #capacity;
  #labels;
  #hooks;
  #examples;
  /** @type {import('../threads/start-worker.js').Thread | null} */
  #thread = null;
  /** Whether the Worker has the history of the takes, so that it can undo their changes. */
  #hasHistory = true;

  /**
   * @param {import('../wasm/memory.js').Core} core
   * @param {{source: WebAssembly.Module | Uint8Array, workletUrl: string}} files
   * @param {import('../wasm/mapping.js').MappingNames} names
   * @param {string[]} labels
   * @param {import('../wasm/mapping.js').TrainerOptions & {capacity?: number}} options
   * @param {{learned: (learned: Learned | null) => void, fail: (error: LodestoneError) => void}} hooks
   */
  constructor(core, files, names, labels, { capacity, ...options }, hooks) {
    this.#files = files;
    this.#options = options;
    this.#capacity = capacity;
    this.#labels = labels;
    this.#hooks = hooks;
    new CoreMappingTrainer(core, options).dispose(); // refuses wrong options here; nobody waits for the Worker's
    this.#examples = new CoreExamples(core, names, { capacity });
    for (const label of labels) this.#examples.label(label);
  }

  /** Starts the Worker, which loads while the user gets ready. */
  start() {
    this.#worker();
  }

  get examples() {
    return this.#examples;
  }

  /** The labels in the order of their numbers. */
  get labels() {
    return this.#labels;
  }

  /**
   * Changes the takes and learns again.
   * @param {'add' | 'remove' | 'weigh' | 'clear' | 'undo' | 'redo'} method of CoreExamples
   * @param {any[]} given
   */
  change(method, ...given) {
    const worker = this.#worker(); // before the change, as a new one starts with the takes that are there
    const result = /** @type {any} */ (this.#examples)[method](...given);
    if (this.#hasHistory || !['undo', 'redo'].includes(method)) worker.tell('change', [method, given]);
    else this.#copy(worker);
    this.#train(worker);
    return result;
  }

  /**
   * Replaces the takes, and the model if the file has one.
   * @param {Uint8Array} file
   */
  async load(file) {
    const { examples, model } = this.#examples.read(file);
    model?.dispose();
    const unknown = examples.labels.find((label) => !this.#labels.includes(label));
    if (unknown !== undefined) {
      examples.dispose();
      throw new LodestoneError(
        'invalid-argument',
        `the file has the label ${unknown}; allowed: ${this.#labels.join(', ')}`,
      );
    }
    for (const label of this.#labels) examples.label(label);
    this.#labels = examples.labels;
    this.#examples.dispose();
    this.#examples = examples;
    const worker = this.#worker();
    const learned = await worker.call('load', [file]);
    this.#name(worker);
    this.#hasHistory = true; // that is, none
    if (learned) this.#hooks.learned(learned);
    else await this.#train(worker);
  }

  /**
   * A mapping file.
   * @returns {Promise<Uint8Array<ArrayBuffer>>}
   */
  toBytes() {
    return this.#worker().call('toBytes');
  }

  dispose() {
    this.#thread?.terminate(new LodestoneError('invalid-argument', 'this mapping has been disposed of'));
    this.#examples.dispose();
  }

  /** The Worker; starts one if there is none. */
  #worker() {
    if (this.#thread) return this.#thread.remote;
    const fail = (/** @type {LodestoneError} */ error) => {
      this.#thread = null;
      this.#hasHistory = false;
      this.#hooks.fail(error);
    };
    this.#thread = startWorker(this.#files.workletUrl, {}, fail);
    const { remote } = this.#thread;
    remote.tell('open', [this.#files.source, this.#examples.names, this.#capacity, this.#options]);
    if (this.#examples.length > 0) this.#copy(remote);
    else this.#name(remote);
    return remote;
  }

  /** @param {import('../threads/remote.js').Remote} worker that gets the takes as they are */
  #copy(worker) {
    worker.tell('load', [this.#examples.toBytes()]);
    this.#name(worker);
  }

  /** @param {import('../threads/remote.js').Remote} worker whose labels get the same numbers as the page's */
  #name(worker) {
    for (const label of this.#labels) worker.tell('change', ['label', [label]]);
  }

  /** @param {import('../threads/remote.js').Remote} worker */
  async #train(worker) {
    if (this.#examples.length === 0) return this.#hooks.learned(null);
    try {
      const learned = await worker.call('train');
      if (learned) this.#hooks.learned(learned);
    } catch (error) {
      if (this.#thread) this.#hooks.fail(/** @type {LodestoneError} */ (error)); // otherwise that is known
    }
  }
}
