// The first worker of a training, which alone talks with the page: it reads the audio, reports, hands out models, keeps
// checkpoints, rests and stops. The others do nothing but follow.

import { LodestoneError } from '../errors.js';
import { every } from '../threads/every.js';
import { describe } from '../model/describe.js';
import { Checkpoints } from './checkpoints.js';
import { Control } from './control.js';
import { readCorpus } from './corpus.js';
import { SharedExchange } from './exchange.js';
import { Inbox } from './inbox.js';
import { handOn, learn, makeExchange, makeTrainer } from './member.js';

/** @typedef {import('../wasm/instance.js').Core} Core */
/** @typedef {import('../wasm/trainer.js').CoreTrainer} CoreTrainer */
/** @typedef {import('./member.js').Plan} Plan */
/** @typedef {import('./member.js').Seat} Seat */

/**
 * @typedef {object} TrainingProgress
 * @property {number} epoch whole epochs done
 * @property {number} epochs
 * @property {number} step steps done
 * @property {number} steps
 * @property {number} loss mean of the last whole epoch; of the last step before there is one
 * @property {number} [validationLoss] after the last whole epoch, where a part is held out
 * @property {number} stepsPerSecond since it began or was resumed, pauses left out
 * @property {number} secondsLeft
 */

/**
 * Something that a training does not fail for:
 * - `rolled-back`: the loss was not finite any more; it went back to the last good state and halved the learning rate
 * - `stopped-early`: the held-out loss has not become better for as long as `patience` says
 * - `checkpoint-failed`: the store did not take a checkpoint, as where the disk is full; it tries again later
 * @typedef {object} TrainingNotice
 * @property {'rolled-back' | 'stopped-early' | 'checkpoint-failed'} code
 * @property {string} message
 */

/**
 * What the page asks for; the samples come afterwards, see `pour`.
 * @typedef {object} LeadRequest
 * @property {Seat} seat
 * @property {boolean} shared whether the page may share memory
 * @property {boolean} models whether to hand out the model every two seconds
 * @property {{id: string, every: number, store?: string}} [checkpoint]
 * @property {import('./audio.js').ClipShape[]} [clips] missing where it goes on from a checkpoint
 * @property {any} options of the trainer and its STFT
 * @property {number} [sampleRate] what the caller says that the rate is
 * @property {Uint8Array} [initial]
 */

/** Between two reports; with the last, which does not wait, 10 a second at most. */
const reportInterval = 112;
const modelInterval = 2000;

/**
 * @param {Core} core
 * @param {LeadRequest} request
 * @param {any} main the port to the page, or the scope that is one
 */
export async function lead(core, request, main) {
  const { shared, checkpoint } = request;
  const control = new Control();
  const inbox = new Inbox();
  main.onmessage = (/** @type {any} */ { data }) => (typeof data === 'string' ? control.hear(data) : inbox.put(data));
  const notice = (/** @type {TrainingNotice} */ notice) => main.postMessage({ notice });
  const checkpoints = checkpoint && new Checkpoints(checkpoint, notice);
  const plan = request.clips
    ? await newPlan(core, request, inbox)
    : await /** @type {Checkpoints} */ (checkpoints).load();
  const isShared = plan.options.training !== 'sequence'; // of which there is one shard: others would have nothing to do
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
  #rollbacks;
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
    this.#rollbacks = trainer.status().rollbacks;
  }

  /**
   * @param {Seat} seat
   * @param {import('./exchange.js').Exchange} exchange
   */
  async run(seat, exchange) {
    this.#main.postMessage({ learning: true });
    try {
      await learn(this.#trainer, seat, exchange, this.#control, (loss) => this.#between(loss));
    } catch (error) {
      if (!this.#control.stopping) throw error;
      this.#hand('learned', this.#trainer.status().step > 0);
      await this.#save();
      return;
    }
    this.#explainEnd();
    this.#report();
    await this.#save();
    this.#hand('learned');
  }

  /** @param {number} loss of the pass that is done */
  async #between(loss) {
    this.#loss = loss;
    this.#passes += 1;
    this.#explainRollback();
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
   * The model so far to the page; null where there is none yet.
   * @param {'learned' | 'model' | 'snapshot'} what
   */
  #hand(what, isThere = true) {
    if (!isThere) return this.#main.postMessage({ [what]: null });
    const model = this.#trainer.model();
    try {
      const bytes = model.toBytes();
      const described = describe(model);
      this.#main.postMessage({ [what]: { bytes, ...described } }, [bytes.buffer, described.live.buffer]);
    } finally {
      model.dispose();
    }
  }

  #report() {
    this.#main.postMessage({ progress: this.#progress() });
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

  /** Never fails: what the store cannot take is told as a notice. */
  #save() {
    return this.#checkpoints?.save(this.#trainer.state(), this.#progress());
  }

  #explainRollback() {
    const { rollbacks, epoch, learningRate } = this.#trainer.status();
    if (rollbacks === this.#rollbacks) return;
    this.#rollbacks = rollbacks;
    const message = `the loss was not finite: back to the end of epoch ${epoch}, learning rate ${learningRate}`;
    this.#main.postMessage({ notice: { code: 'rolled-back', message } });
  }

  #explainEnd() {
    const { ending, epoch, bestEpoch, learningRate } = this.#trainer.status();
    if (ending === 'diverged') {
      const reason = `the loss was not finite ten times in a row, last at a learning rate of ${2 * learningRate}`;
      const advice = 'try a smaller learningRate, or an initial model with smaller weights';
      throw new LodestoneError('invalid-data', `training blew up in epoch ${epoch + 1}: ${reason}; ${advice}`);
    }
    if (ending !== 'stopped-early') return;
    const message = `stopped after epoch ${epoch}: the held-out loss was best after epoch ${bestEpoch}`;
    this.#main.postMessage({ notice: { code: 'stopped-early', message } });
  }
}
