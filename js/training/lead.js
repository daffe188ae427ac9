// The lead worker of a training, the only one that talks to the page: it reads the audio, reports progress, sends
// models, saves checkpoints, pauses and stops. The others only follow.

import { every } from '../threads/every.js';
import { serve } from '../threads/remote.js';
import { describe } from '../model/describe.js';
import { Checkpoints } from './checkpoints.js';
import { Control } from './control.js';
import { readCorpus } from './corpus.js';
import { SharedExchange } from './exchange.js';
import { Inbox } from './inbox.js';
import { handOn, learn, makeExchange, makeTrainer } from './member.js';

/** @typedef {import('../wasm/memory.js').Core} Core */
/** @typedef {import('../wasm/trainer.js').CoreTrainer} CoreTrainer */
/** @typedef {import('./member.js').Plan} Plan */
/** @typedef {import('./member.js').Seat} Seat */

/**
 * @typedef {object} TrainingProgress
 * @property {number} epoch completed epochs
 * @property {number} epochs
 * @property {number} step completed steps
 * @property {number} steps
 * @property {number} loss mean of the last completed epoch; during the first epoch that of the last step
 * @property {number} [validationLoss] after the last completed epoch, if part of the audio is held out
 * @property {number} stepsPerSecond since the training began or was resumed, without pauses
 * @property {number} secondsLeft
 */

/**
 * Something worth knowing that does not make a training fail:
 * - `rolled-back`: the loss was no longer finite; training returned to the last good state at half the learning rate
 * - `stopped-early`: the held-out loss has not improved for `patience` epochs
 * - `varied`: the sound's principal components hold less of it than is enough; `components: 0` learns all of it
 * - `checkpoint-failed`: a checkpoint could not be written, for example because the disk is full; the next one is tried
 * @typedef {object} TrainingNotice
 * @property {'rolled-back' | 'stopped-early' | 'varied' | 'checkpoint-failed'} code
 * @property {string} message
 */

/**
 * The page's request; the samples follow, see `pour`.
 * @typedef {object} LeadRequest
 * @property {Seat} seat
 * @property {boolean} shared whether the page may share memory
 * @property {boolean} models whether to send the model every two seconds
 * @property {{id: string, every: number, store?: string}} [checkpoint]
 * @property {import('./audio.js').ClipShape[]} [clips] missing when resuming from a checkpoint
 * @property {any} options of the trainer and its STFT
 * @property {number} [sampleRate] the caller's option
 * @property {Uint8Array} [initial]
 */

/** Milliseconds between reports: at most 10 a second, including the last, which does not wait. */
const reportInterval = 112;
const modelInterval = 2000;

/**
 * @param {Core} core
 * @param {LeadRequest} request
 * @param {any} main the port to the page, or the worker's scope
 */
export async function lead(core, request, main) {
  const { shared, checkpoint } = request;
  const control = new Control();
  const inbox = new Inbox();
  serve(main, {
    hear: (/** @type {string} */ wish) => control.hear(wish),
    samples: (/** @type {Float32Array} */ samples) => inbox.put(samples),
  });
  const notice = (/** @type {TrainingNotice} */ notice) => main.postMessage(['notice', notice]);
  const checkpoints = checkpoint && new Checkpoints(checkpoint, notice);
  const plan = request.clips
    ? await newPlan(core, request, inbox)
    : await /** @type {Checkpoints} */ (checkpoints).load();
  const isShared = plan.options.training !== 'sequence'; // a sequence is one shard, with nothing to share
  const seat = isShared ? request.seat : { part: 0, parts: 1, ports: [] };
  const trainer = makeTrainer(core, plan);
  const memory = shared ? SharedExchange.memory(seat.parts, trainer.partial().length) : undefined;
  handOn(seat, { plan, memory });
  await checkpoints?.begin(plan);
  const leader = new Leader(trainer, control, checkpoints, request.models, main);
  await leader.run(seat, makeExchange(seat, memory, control));
}

/**
 * @param {Core} core
 * @param {LeadRequest} request
 * @param {Inbox} inbox
 * @returns {Promise<Plan>}
 */
async function newPlan(core, { clips: shapes = [], options, sampleRate: given, initial }, inbox) {
  const { clips, sampleRate } = await readCorpus(core, shapes, inbox, given);
  return { clips, options: { ...options, sampleRate }, initial };
}

class Leader {
  #trainer;
  #control;
  #checkpoints;
  #models;
  #main;
  #isTimeForReport = every(reportInterval);
  #isTimeForModel = every(modelInterval);
  #began = performance.now();
  #passes = 0;
  #loss = NaN;

  /**
   * @param {CoreTrainer} trainer
   * @param {Control} control
   * @param {Checkpoints | undefined} checkpoints
   * @param {boolean} models
   * @param {any} main
   */
  constructor(trainer, control, checkpoints, models, main) {
    this.#trainer = trainer;
    this.#control = control;
    this.#checkpoints = checkpoints;
    this.#models = models;
    this.#main = main;
  }

  /**
   * @param {Seat} seat
   * @param {import('./exchange.js').Exchange} exchange
   */
  async run(seat, exchange) {
    this.#main.postMessage(['learning']);
    try {
      await learn(this.#trainer, seat, exchange, this.#control, (loss) => this.#between(loss));
    } catch (error) {
      if (!this.#control.stopping) throw error;
      this.#hand('learned', this.#trainer.status().step > 0);
      await this.#save();
      return;
    }
    this.#tell();
    if (this.#trainer.status().ending === 'diverged') this.#trainer.model(); // throws, with advice
    this.#report();
    await this.#save();
    this.#hand('learned');
  }

  /** @param {number} loss of the completed pass */
  async #between(loss) {
    this.#loss = loss;
    this.#passes += 1;
    this.#tell();
    await this.#control.pulse();
    if (this.#models && this.#isTimeForModel()) this.#hand('model');
    if (this.#isTimeForReport()) this.#report();
    if (this.#checkpoints?.due()) this.#save();
    this.#showSnapshot();
    if (this.#control.paused) await this.#rest();
  }

  async #rest() {
    const began = performance.now();
    await this.#control.unlessStopped(Promise.resolve(this.#save()));
    while (this.#control.paused) {
      await this.#control.pulse();
      this.#showSnapshot();
      if (this.#control.paused) await this.#control.wish();
    }
    this.#began += performance.now() - began;
  }

  #showSnapshot() {
    if (this.#control.snapshots > 0) this.#hand('snapshot');
    this.#control.snapshots = 0;
  }

  /**
   * Sends the current model to the page, or null if there is none yet.
   * @param {'learned' | 'model' | 'snapshot'} what
   */
  #hand(what, isThere = true) {
    if (!isThere) return this.#main.postMessage([what, null]);
    const model = this.#trainer.model();
    try {
      const bytes = model.toBytes();
      const described = describe(model);
      this.#main.postMessage([what, { bytes, ...described }], [bytes.buffer, described.live.buffer]);
    } finally {
      model.dispose();
    }
  }

  #report() {
    this.#main.postMessage(['progress', this.#progress()]);
  }

  /** @returns {TrainingProgress} */
  #progress() {
    const { epoch, step, steps, stepsPerEpoch, loss, validationLoss } = this.#trainer.status();
    const stepsPerSecond = (1000 * this.#passes) / (performance.now() - this.#began);
    return {
      epoch,
      epochs: steps / stepsPerEpoch,
      step,
      steps,
      loss: epoch > 0 ? loss : this.#loss,
      validationLoss: Number.isNaN(validationLoss) ? undefined : validationLoss,
      stepsPerSecond,
      secondsLeft: (steps - step) / stepsPerSecond,
    };
  }

  /** Never rejects: a failed write becomes a notice. */
  #save() {
    return this.#checkpoints?.save(this.#trainer.state(), this.#progress());
  }

  #tell() {
    const notice = this.#trainer.notice();
    if (notice) this.#main.postMessage(['notice', notice]);
  }
}
