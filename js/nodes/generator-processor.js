/* global currentFrame, sampleRate */
import { Instance } from '../wasm/instance.js';
import { CorePlayer } from '../wasm/player.js';
import { controlNames } from '../options.js';
import { Load } from './thread-load.js';
import { failureOf, serve } from '../threads/remote.js';
import { ModelSwap } from './model-swap.js';
import { parameters } from './parameters.js';
import { playerActions } from './player-actions.js';
import { Processor } from './processor.js';
import { Quality } from './quality.js';
import { RemotePlayer } from './remote-player.js';
import { playersPlace, reportNames } from './report.js';

/**
 * @typedef {object} GeneratorProcessorOptions
 * @property {WebAssembly.Module | Uint8Array} source the core
 * @property {Uint8Array} [live] the live model for CorePlayer; if it is missing, it comes with `start`
 * @property {import('./worker-engine.js').RingSize} [ring] if a Worker renders
 * @property {object} player the CorePlayer's options
 * @property {number} burst seconds of sound that the device requests at once
 * @property {boolean} adapts whether to lower the quality when overloaded; false for offline rendering
 */

/**
 * Firefox passes on the values of a signal connected to an AudioParam unclamped, even NaN.
 * @param {number} gain
 */
function allowedGain(gain) {
  if (gain >= 0) return gain < 4 ? gain : 4;
  return gain < 0 ? 0 : 1;
}

/** The audio thread's side of a GeneratorNode. `process` creates no objects; on errors it falls silent and reports. */
export class GeneratorProcessor extends Processor {
  /** @type {CorePlayer | RemotePlayer | null} */
  #player = null;
  /** @type {ModelSwap | null} */
  #swap = null;
  /** @type {RemotePlayer | null} */
  #remote = null;
  #load;
  #quality = new Quality();
  #adapts;
  #alive = true;
  #active = true;
  #level = 1;
  #numbers = new Float64Array(reportNames.length);
  #report = ['meter', this.#numbers];

  static get parameterDescriptors() {
    return parameters;
  }

  /** @param {{processorOptions: GeneratorProcessorOptions}} options */
  constructor({ processorOptions }) {
    super();
    this.#load = new Load(sampleRate, 1000 * processorOptions.burst);
    this.#adapts = processorOptions.adapts;
    const methods = {
      suspend: () => (this.#active = false),
      resume: () => (this.#active = true),
      restartClock: () => this.#load.restart(),
      start: (/** @type {Uint8Array | undefined} */ live) => live && start(live),
      dispose: () => this.#dispose(),
    };
    const start = (/** @type {Uint8Array | undefined} */ live) => {
      try {
        Object.assign(methods, this.#start({ ...processorOptions, live }));
      } catch (error) {
        this.#fail(error);
      }
    };
    serve(this.port, methods);
    if (processorOptions.live || processorOptions.ring) start(processorOptions.live);
  }

  /**
   * From now on there is a player; returns what it can be asked for.
   * @param {GeneratorProcessorOptions} options
   */
  #start({ source, live, ring, player: options }) {
    const actions = ring ? this.#listen(ring) : this.#make(new Instance(source), live, options);
    this.#sendReport(/** @type {CorePlayer | RemotePlayer} */ (this.#player));
    return actions;
  }

  /**
   * Plays on this thread.
   * @param {Instance} core
   * @param {any} live
   * @param {object} options
   */
  #make(core, live, options) {
    const player = new CorePlayer(core, live, { ...options, sampleRate });
    this.#player = player;
    this.#swap = new ModelSwap(player);
    return playerActions(player, this.#swap);
  }

  /**
   * Plays what a Worker renders; the Worker answers the player's actions itself.
   * @param {import('./worker-engine.js').RingSize} ring
   */
  #listen(ring) {
    const player = new RemotePlayer(ring);
    this.#player = this.#remote = player;
    return { connect: (/** @type {MessagePort} */ port) => player.connect(port) };
  }

  /**
   * @param {Float32Array[][]} inputs
   * @param {Float32Array[][]} outputs
   * @param {Record<string, Float32Array>} values
   */
  process(inputs, outputs, values) {
    if (!this.#player) return this.#alive;
    if (!this.#active && this.#level === 0) return true;
    const began = Date.now();
    const output = outputs[0][0];
    try {
      this.#play(this.#player, inputs[0][0], output, values);
    } catch (error) {
      output.fill(0);
      this.#fail(error);
      return false;
    }
    for (let channel = 1; channel < outputs[0].length; ++channel) outputs[0][channel].set(output);
    if (this.#load.count(began, Date.now(), currentFrame, output.length)) this.#closeHalfSecond(this.#player);
    return true;
  }

  /**
   * @param {CorePlayer | RemotePlayer} player
   * @param {Float32Array | undefined} input
   * @param {Float32Array} output
   * @param {Record<string, Float32Array>} values
   */
  #play(player, input, output, values) {
    for (let i = 0; i < controlNames.length; ++i) player.setControl(i, values[controlNames[i]][0]);
    player.process(output, input?.length ? input : undefined);
    this.#swap?.step();
    this.#amplify(output, values.gain);
  }

  /**
   * Applies the gain, and fades out or in over one block when the node is suspended or resumed.
   * @param {Float32Array} output
   * @param {Float32Array} gains one, or one per sample
   */
  #amplify(output, gains) {
    const target = this.#active ? 1 : 0;
    const step = (target - this.#level) / output.length;
    const last = gains.length - 1;
    for (let i = 0; i < output.length; ++i) {
      output[i] *= allowedGain(gains[i < last ? i : last]) * (this.#level + step * (i + 1));
    }
    this.#level = target;
  }

  /** @param {CorePlayer | RemotePlayer} player */
  #closeHalfSecond(player) {
    const remote = this.#remote;
    const share = remote ? remote.share : this.#load.latest;
    const lost = remote ? remote.underruns > this.#numbers[3] : this.#load.lost;
    if (this.#adapts && this.#quality.judge(share, lost)) player.setQuality(this.#quality.level);
    this.#sendReport(player);
  }

  /** @param {CorePlayer | RemotePlayer} player */
  #sendReport(player) {
    this.#numbers[0] = this.#remote?.share ?? this.#load.mean;
    this.#numbers[1] = this.#load.late;
    this.#numbers[2] = this.#load.losses;
    this.#numbers[3] = this.#remote?.underruns ?? 0;
    this.#numbers.set(player.meter(), playersPlace);
    this.port.postMessage(this.#report);
  }

  #dispose() {
    this.#end();
    this.port.close();
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#end();
    this.port.postMessage(['error', failureOf(error)]);
  }

  #end() {
    this.#alive = false;
    this.#player = this.#swap = null;
  }
}
