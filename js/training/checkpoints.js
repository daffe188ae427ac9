import { LodestoneError } from '../errors.js';
import { parseName, planFile, readPlan, readState, sealLength, sealOf, stateFile } from './checkpoint-file.js';
import { openStore, storageFailure } from './stores/store.js';

/** @typedef {import('./checkpoint-file.js').Plan} Plan */
/** @typedef {import('./checkpoint-file.js').Progress} Progress */
/** @typedef {import('./checkpoint-file.js').CheckpointName} CheckpointName */
/** @typedef {import('./checkpoint-options.js').CheckpointOptions} CheckpointOptions */
/** @typedef {import('./stores/store.js').Store} Store */

const statesKept = 2;

/**
 * Saves a training to a store, so that it can continue after its tab is closed or its process killed. Runs in the lead
 * worker. A storage failure never stops a training: it calls `notice`, and the next `save` tries again.
 */
export class Checkpoints {
  #id;
  #store;
  #every;
  #notice;
  /** @type {Plan | null} */
  #plan = null;
  /** The seal of the plan, which each state file repeats. */
  #seal = '';
  /** Whether the plan has ever been in the store. */
  #kept = false;
  #saved = performance.now();
  #saving = Promise.resolve();
  #trouble = '';

  /**
   * @param {Required<Pick<CheckpointOptions, 'id' | 'every'>> & {store?: string}} options settled
   * @param {(notice: {code: 'checkpoint-failed', message: string}) => void} notice
   */
  constructor({ id, every, store }, notice) {
    this.#id = id;
    this.#store = () => openStore(store);
    this.#every = every * 1000;
    this.#notice = notice;
  }

  /**
   * Begins a new training. It replaces any other of the same id, unless the plan, and so the result, is identical.
   * @param {Plan} plan must not change while the training runs: it may have to be written again
   */
  async begin(plan) {
    this.#plan = plan;
    await this.#attempt(async () => this.#keepPlan(await this.#store()));
  }

  /**
   * Loads a training to continue: its plan and its newest intact state, if there is one.
   * @returns {Promise<Plan & {state?: Uint8Array}>}
   */
  async load() {
    try {
      const store = await this.#store();
      const files = await this.#files(store);
      const planName = newestPlan(files)?.name;
      if (!planName) throw new LodestoneError('invalid-argument', `there is no training with the id "${this.#id}"`);
      const file = await store.read(planName);
      this.#plan = await readPlan(file);
      this.#seal = sealOf(file);
      this.#kept = true;
      return { ...this.#plan, state: await this.#newestState(store, files) };
    } catch (error) {
      throw storageFailure(`the training "${this.#id}" cannot be read`, error);
    }
  }

  /** Whether the next checkpoint is due; never while one is being written. */
  due() {
    return performance.now() - this.#saved >= this.#every;
  }

  /**
   * @param {Uint8Array} state
   * @param {Progress} progress
   * @returns {Promise<void>} resolves when the write has succeeded or failed; need not be awaited
   */
  save(state, progress) {
    this.#saved = Infinity;
    const write = async () => {
      await this.#attempt(() => this.#write(state, progress));
      this.#saved = performance.now();
    };
    this.#saving = this.#saving.then(write);
    return this.#saving;
  }

  /**
   * @param {Uint8Array} state
   * @param {Progress} progress
   */
  async #write(state, progress) {
    const store = await this.#store();
    await this.#keepPlan(store);
    const files = await this.#files(store);
    await store.write(this.#name(files, 'state'), await stateFile(state, progress, this.#seal));
    const outdated = files.filter(({ kind }) => kind === 'state').slice(0, 1 - statesKept);
    for (const { name } of outdated) await store.remove(name);
  }

  /**
   * Writes the plan if the store lacks it: at the start, or if the storage was full or has been cleared.
   * @param {Store} store
   */
  async #keepPlan(store) {
    const files = await this.#files(store);
    const found = newestPlan(files);
    const theirs = found && sealOf(await store.read(found.name, sealLength));
    if (this.#kept && theirs === this.#seal) return;
    if (this.#kept && theirs) throw new LodestoneError('storage-failed', 'another training uses the same id');
    const file = await planFile(/** @type {Plan} */ (this.#plan));
    this.#seal = sealOf(file);
    if (theirs !== this.#seal) {
      await store.write(this.#name(files, 'plan'), file);
      for (const { name } of files) await store.remove(name);
    }
    this.#kept = true;
  }

  /**
   * @param {Store} store
   * @param {CheckpointName[]} files
   */
  async #newestState(store, files) {
    for (const { name } of files.filter(({ kind }) => kind === 'state').reverse()) {
      const damaged = () => ({ plan: '', state: undefined });
      const { plan, state } = await readState(await store.read(name)).catch(damaged);
      if (plan === this.#seal) return state;
    }
    return undefined;
  }

  /**
   * The training's files, oldest first.
   * @param {Store} store
   */
  async #files(store) {
    const files = (await store.list()).map(parseName).filter((file) => file?.id === this.#id);
    return /** @type {CheckpointName[]} */ (files).sort((a, b) => a.number - b.number);
  }

  /**
   * @param {{number: number}[]} files
   * @param {string} kind
   */
  #name(files, kind) {
    return `${this.#id}.${(files.at(-1)?.number ?? -1) + 1}.${kind}`;
  }

  /** @param {() => Promise<void>} task */
  async #attempt(task) {
    try {
      await task();
      this.#trouble = '';
    } catch (error) {
      const { message } = storageFailure(`the checkpoint of "${this.#id}" could not be written`, error);
      if (message !== this.#trouble) this.#notice({ code: 'checkpoint-failed', message });
      this.#trouble = message;
    }
  }
}

/** @param {CheckpointName[]} files oldest first */
const newestPlan = (files) => files.filter(({ kind }) => kind === 'plan').at(-1);
