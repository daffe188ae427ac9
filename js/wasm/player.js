import * as options from '../options.js';
import { Handle } from './handle.js';

/** @typedef {import('./instance.js').Core} Core */

/**
 * The live instrument. Once it is made it takes no memory and makes no objects: all its methods may run on the audio
 * thread.
 */
export class CorePlayer extends Handle {
  #block;
  #controls;
  #meter;
  #views;

  /**
   * @param {Core} core
   * @param {Uint8Array} liveModel the bytes of a CoreLiveModel
   * @param {options.PlayerOptions} [given]
   */
  constructor(core, liveModel, given) {
    const { abi } = core;
    const numbers = options.pack(options.player, options.settle('a player', given, options.playerDefaults));
    const make = (/** @type {number[]} */ ...[modelAt, numbersAt]) =>
      abi.lodestone_player_create(modelAt, liveModel.byteLength, numbersAt, numbers.length);
    super(core, 'player', core.lend([liveModel, numbers], make));
    this.#block = abi.lodestone_alloc(2 * CorePlayer.#blockLength * 4) >>> 0;
    if (this.#block === 0) {
      super.dispose();
      throw core.failure();
    }
    this.#controls = abi.lodestone_player_controls(this.pointer) >>> 0;
    this.#meter = abi.lodestone_player_meter(this.pointer) >>> 0;
    this.#views = this.#viewsOfMemory();
  }

  static #blockLength = 1024;

  /**
   * Fills `output` with the next samples.
   * @param {Float32Array} output of any length
   * @param {Float32Array} [input] as many samples of the sound that drives the dream
   */
  process(output, input) {
    for (let done = 0; done < output.length; done += CorePlayer.#blockLength) {
      const count = Math.min(output.length - done, CorePlayer.#blockLength);
      const { samples, driver } = this.#memory();
      // Not `set`: a part of the view would be a new object, to be collected on the audio thread.
      if (input) for (let i = 0; i < count; ++i) driver[i] = input[done + i];
      const driverAt = input ? this.#block + 4 * CorePlayer.#blockLength : 0;
      this.core.abi.lodestone_player_process(this.pointer, driverAt, this.#block, count);
      for (let i = 0; i < count; ++i) output[done + i] = samples[i];
    }
  }

  /**
   * Moves a control, from the next hop on.
   * @param {number} index in `controlNames`
   * @param {number} value beyond its range: its nearer end; NaN: its default
   */
  setControl(index, value) {
    this.#memory().controls[index] = value;
  }

  /**
   * A note: jumps there with the next hop.
   * @param {number} position 0 to 1
   * @param {number} [pitch] semitones, -24 to 24, until the next note
   */
  trigger(position, pitch = 0) {
    this.core.abi.lodestone_player_trigger(this.pointer, position, pitch);
  }

  /**
   * The dream begins anew with the next hop.
   * @param {number} seed
   */
  reset(seed) {
    this.core.abi.lodestone_player_reset(this.pointer, seed);
  }

  /**
   * Copies a piece of another live model's bytes to where `swap` takes them from; false while a swap is going on.
   * @param {number} at
   * @param {Uint8Array} piece
   */
  writeSpare(at, piece) {
    const spare = this.core.abi.lodestone_player_spare(this.pointer) >>> 0;
    if (spare === 0) return false;
    this.#memory().bytes.set(piece, spare + at);
    return true;
  }

  /** Goes over to the model that has been written; false where that is none of the same shape. */
  swap() {
    return this.core.abi.lodestone_player_swap(this.pointer) === 1;
  }

  /**
   * Spends less: 1: one iteration of LWS; 2: the stateful mode besides; 0: as created.
   * @param {0 | 1 | 2} level
   */
  setQuality(level) {
    this.core.abi.lodestone_player_set_quality(this.pointer, level);
  }

  /**
   * The numbers of `meterNames`, as they are now: a view that the next call changes.
   */
  meter() {
    this.core.abi.lodestone_player_meter(this.pointer);
    return this.#memory().meter;
  }

  dispose() {
    this.core.abi.lodestone_free(this.#block);
    this.#block = 0;
    super.dispose();
  }

  /** Others may have let memory grow since the last time. */
  #memory() {
    if (this.#views.bytes.buffer !== this.core.abi.memory.buffer) this.#views = this.#viewsOfMemory();
    return this.#views;
  }

  #viewsOfMemory() {
    const { buffer } = this.core.abi.memory;
    const length = CorePlayer.#blockLength;
    return {
      bytes: new Uint8Array(buffer),
      samples: new Float32Array(buffer, this.#block, length),
      driver: new Float32Array(buffer, this.#block + 4 * length, length),
      controls: new Float32Array(buffer, this.#controls, options.controlNames.length),
      meter: new Float64Array(buffer, this.#meter, options.meterNames.length),
    };
  }
}
