import * as options from '../options.js';
import { Handle } from './handle.js';

/** @typedef {import('./instance.js').Instance} Instance */

/**
 * The live instrument. Its methods neither allocate memory nor create objects, so they can run on the audio thread.
 * Only `makeRoom` allocates, between two calls of `process`.
 * @extends {Handle<Instance>}
 */
export class CorePlayer extends Handle {
  #block;
  #controls;
  #meter;
  #views;

  /**
   * @param {Instance} core
   * @param {Uint8Array} liveModel the bytes of a CoreLiveModel
   * @param {options.PlayerOptions} [given]
   */
  constructor(core, liveModel, given) {
    const { abi } = core;
    const numbers = options.pack(options.player, options.settle('a player', given, options.playerDefaults));
    core.input(liveModel);
    const make = (/** @type {number} */ at) => abi.lodestone_player_create(at, numbers.length);
    super(core, 'player', core.lend([numbers], make));
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
   * @param {Float32Array} [input] sound that drives the dream, of the same length
   */
  process(output, input) {
    for (let done = 0; done < output.length; done += CorePlayer.#blockLength) {
      const count = Math.min(output.length - done, CorePlayer.#blockLength);
      const { samples, driver } = this.#memory();
      // Not `set`: a subarray of the view would be a new object, and garbage on the audio thread.
      if (input) for (let i = 0; i < count; ++i) driver[i] = input[done + i];
      const driverAt = input ? this.#block + 4 * CorePlayer.#blockLength : 0;
      this.core.abi.lodestone_player_process(this.pointer, driverAt, this.#block, count);
      for (let i = 0; i < count; ++i) output[done + i] = samples[i];
    }
  }

  /**
   * Sets a control from the next hop on.
   * @param {number} index in `controlNames`
   * @param {number} value clamped to its range; NaN selects the default
   */
  setControl(index, value) {
    this.#memory().controls[index] = value;
  }

  /**
   * Plays a note: jumps to a position at the next hop.
   * @param {number} position 0 to 1
   * @param {number} [pitch] semitones, -24 to 24, until the next note
   */
  trigger(position, pitch = 0) {
    this.core.abi.lodestone_player_trigger(this.pointer, position, pitch);
  }

  /**
   * Restarts the dream at the next hop.
   * @param {number} seed
   */
  reset(seed) {
    this.core.abi.lodestone_player_reset(this.pointer, seed);
  }

  /**
   * Allocates the memory that `writeSpare` writes to, if that has not been done.
   * @throws {LodestoneError} `out-of-memory`; the player keeps playing
   */
  makeRoom() {
    this.core.check(this.core.abi.lodestone_player_make_room(this.pointer));
  }

  /**
   * Copies a piece of another live model's bytes to the memory that `swap` reads. Returns false if there is no such
   * memory or a swap is in progress.
   * @param {number} at
   * @param {Uint8Array} piece
   */
  writeSpare(at, piece) {
    const spare = this.core.abi.lodestone_player_spare(this.pointer) >>> 0;
    if (spare === 0) return false;
    this.#memory().bytes.set(piece, spare + at);
    return true;
  }

  /** Begins to swap to the model that has been written; returns false if its shape differs. */
  swap() {
    return this.core.abi.lodestone_player_swap(this.pointer) === 1;
  }

  /**
   * Trades quality for speed: 1 means one LWS iteration; 2 also switches to stateful mode; 0 restores the original.
   * @param {0 | 1 | 2} level
   */
  setQuality(level) {
    this.core.abi.lodestone_player_set_quality(this.pointer, level);
  }

  /** The current values of `meterNames`: a view that the next call overwrites. */
  meter() {
    this.core.abi.lodestone_player_meter(this.pointer);
    return this.#memory().meter;
  }

  dispose() {
    this.core.abi.lodestone_free(this.#block);
    this.#block = 0;
    super.dispose();
  }

  /** Other objects may have grown the memory, which detaches all views. */
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
