// The Worker's side of listening: keeps the last seconds of what it hears and learns them over and over, in rounds of about
// a second. Each round is a training on what is kept at its start that begins with the weights of the round before, so
// what has been learned stays; Adam's moments and the learning rate start anew (warm restarts, Loshchilov & Hutter 2017).

import { describe } from '../model/describe.js';
import { every } from '../threads/every.js';
import { serve } from '../threads/remote.js';
import { Ring } from '../threads/ring.js';
import { Control } from '../training/control.js';
import { CoreModel } from '../wasm/model.js';
import { CoreTrainer } from '../wasm/trainer.js';
import { blockLength } from './blocks.js';
import { Heard } from './heard.js';

/** Seconds of sound before the first round. */
const enough = 1.5;
/** Milliseconds that a round should take, and between two reports or looks at the ring. */
const roundTime = 1000;
const reportInterval = 200;
const lookInterval = 40;
/** Epochs on the same sound after which only new sound is worth another round. */
const worthwhile = 600;

/**
 * @typedef {object} ListenRequest
 * @property {number} seconds of sound to keep
 * @property {number} share the most of this thread's time that learning may take
 * @property {any} options of the trainer and its STFT, with the sample rate
 * @property {Uint8Array} [initial] a model file to start from
 * @property {SharedArrayBuffer} [memory] of the ring from the audio thread
 * @property {MessagePort} [port] to the audio thread, where memory cannot be shared
 */

/**
 * @typedef {object} ListenProgress
 * @property {number} seconds of sound that are kept
 * @property {number} rounds completed since listening began or everything was forgotten
 * @property {number} loss mean loss of the last epoch; NaN before the first
 * @property {number} share of its thread's time that learning takes, averaged over a second: 0 to 1
 */

/**
 * Listens and learns until the Worker ends.
 * @param {import('../wasm/memory.js').Core} core
 * @param {ListenRequest} request
 * @param {import('../threads/remote.js').Port} main the port to the page, or the worker's scope
 */
export async function listen(core, request, main) {
  const listener = new Listener(core, request, main);
  serve(main, {
    freeze: () => listener.control.hear('pause'),
    unfreeze: () => listener.control.hear('resume'),
    forget: () => listener.forget(),
  });
  for (;;) {
    await listener.untilWorthwhile();
    await listener.round();
  }
}

class Listener {
  control = new Control();
  #core;
  #request;
  #main;
  #heard;
  #inlet;
  /** @type {CoreModel | undefined} of the last round */
  #model;
  #epochs = 8;
  #epochsOnTheSame = 0;
  #forgotten = false;
  #isTimeForReport = every(reportInterval);
  #reported = performance.now();
  #rested = performance.now();
  /** Milliseconds of rest since the last report, and still owed for work. */
  #idle = 0;
  #debt = 0;
  #share = 0;
  #rounds = 0;
  #loss = NaN;

  /**
   * @param {import('../wasm/memory.js').Core} core
   * @param {ListenRequest} request
   * @param {import('../threads/remote.js').Port} main
   */
  constructor(core, request, main) {
    this.#core = core;
    this.#request = request;
    this.#main = main;
    this.#heard = new Heard(request.seconds, request.options.sampleRate);
    this.#inlet = openInlet(request, (block) => this.control.paused || this.#heard.hear(block));
    this.#begin();
  }

  forget() {
    this.#forgotten = true;
    this.#begin();
    this.#heard.forget();
  }

  /** Resolves once there is something to learn and listening is not frozen. */
  async untilWorthwhile() {
    for (;;) {
      this.#look();
      const isWorthwhile = this.#heard.fresh > 0 || this.#epochsOnTheSame < worthwhile;
      if (!this.control.paused && this.#heard.seconds >= enough && isWorthwhile) return;
      await this.#sleep(lookInterval);
    }
  }

  /** Learns what is kept now, and hands on the model. */
  async round() {
    const began = performance.now();
    if (this.#heard.fresh > 0) this.#epochsOnTheSame = 0;
    this.#forgotten = false;
    const options = { ...this.#request.options, epochs: this.#epochs };
    const trainer = new CoreTrainer(this.#core, this.#heard.clip(), options, this.#model);
    try {
      await this.#train(trainer);
      if (this.#forgotten) return;
      this.#take(trainer.model());
    } finally {
      trainer.dispose();
    }
    this.#loss = this.#model?.losses.at(-1) ?? NaN;
    this.#rounds += 1;
    this.#epochsOnTheSame += this.#epochs;
    const took = performance.now() - began;
    this.#epochs = Math.max(1, Math.min(2 * this.#epochs, Math.round((this.#epochs * roundTime) / took)));
  }

  /** @param {CoreTrainer} trainer */
  async #train(trainer) {
    while (!this.#forgotten && trainer.begin()) {
      while (trainer.run(0, 1)) await this.#rest();
      trainer.finish();
      await this.#rest();
      for (; this.control.paused && !this.#forgotten; this.#look()) await this.#sleep(lookInterval);
    }
  }

  /** @param {CoreModel} model */
  #take(model) {
    this.#model?.dispose();
    this.#model = model;
    const bytes = model.toBytes();
    const described = describe(model);
    this.#main.postMessage(['model', { bytes, ...described }], [bytes.buffer, described.live.buffer]);
  }

  /** Starts anew, from the model given, if any. */
  #begin() {
    this.#model?.dispose();
    const { initial } = this.#request;
    this.#model = initial && new CoreModel(this.#core, initial);
    this.#rounds = this.#epochsOnTheSame = 0;
    this.#loss = NaN;
  }

  /** Lets messages and other threads have their turn after some work. */
  async #rest() {
    this.#look();
    const worked = performance.now() - this.#rested;
    this.#debt += worked / this.#request.share - worked;
    if (this.#debt > 5) return this.#sleep(this.#debt);
    await this.control.pulse();
    this.#rested = performance.now();
  }

  /** @param {number} milliseconds */
  async #sleep(milliseconds) {
    const start = performance.now();
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    this.#rested = performance.now();
    this.#idle += this.#rested - start;
    this.#debt = Math.max(0, this.#debt - (this.#rested - start));
  }

  /** Takes what has been heard, and reports. */
  #look() {
    this.#inlet();
    if (!this.#isTimeForReport()) return;
    const now = performance.now();
    const share = 1 - this.#idle / (now - this.#reported);
    this.#share += 0.2 * (share - this.#share); // averages over a second
    this.#idle = 0;
    this.#reported = now;
    const progress = { seconds: this.#heard.seconds, rounds: this.#rounds, loss: this.#loss, share: this.#share };
    this.#main.postMessage(['progress', progress]);
  }
}

/**
 * Returns a function that passes on the blocks that are in the ring; those from a port arrive by themselves.
 * @param {ListenRequest} request
 * @param {(block: Float32Array) => void} hear
 */
function openInlet({ memory, port }, hear) {
  if (!memory) {
    const giveBack = (/** @type {Float32Array} */ block) => port?.postMessage([0, 'giveBack', block], [block.buffer]);
    if (port) serve(port, { hear: (/** @type {Float32Array} */ block) => (hear(block), giveBack(block)) });
    return () => {};
  }
  const ring = new Ring(memory, blockLength);
  const block = new Float32Array(blockLength);
  return () => {
    while (ring.read(block)) hear(block);
  };
}
