import { LodestoneError } from '../errors.js';
import { meterNames } from '../options.js';

const swapping = meterNames.indexOf('swapping');

/**
 * Swaps the model of a player while it plays, on the thread that runs it. The bytes of the new model arrive in pieces;
 * each block copies one into the player's spare slot. Then the player fades over.
 */
export class ModelSwap {
  #player;
  /** @type {Uint8Array[]} */
  #pieces = [];
  #copied = 0;
  #offset = 0;
  /** @type {{resolve: () => void, reject: (reason: unknown) => void} | null} */
  #waiting = null;
  #fading = false;
  /** @type {unknown} */
  #failure = null;

  /** @param {import('../core.js').CorePlayer} player */
  constructor(player) {
    this.#player = player;
  }

  /**
   * Takes the next piece. The very first one also takes the memory of the slot, between two blocks.
   * @param {ArrayBuffer} piece at most 64 KB
   */
  stage(piece) {
    if (this.#failure) return;
    try {
      this.#player.makeRoom();
      this.#pieces.push(new Uint8Array(piece));
    } catch (error) {
      this.#failure = error;
    }
  }

  /**
   * All pieces have been staged.
   * @returns {Promise<void>} resolves when the fade is over; rejects if there is no memory for a second model, or if the
   *   player refuses this one
   */
  swap() {
    const failure = this.#failure;
    this.#failure = null;
    if (failure) return Promise.reject(failure);
    return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }));
  }

  /** Does the work of one block. Creates no objects while there is nothing to swap. */
  step() {
    if (this.#copied < this.#pieces.length) this.#copy(this.#pieces[this.#copied]);
    else if (this.#fading) this.#end();
    else if (this.#waiting) this.#start(this.#waiting);
  }

  /** @param {Uint8Array} piece */
  #copy(piece) {
    if (!this.#player.writeSpare(this.#offset, piece)) return; // the previous fade is not over
    this.#offset += piece.length;
    ++this.#copied;
  }

  /** @param {{reject: (reason: unknown) => void}} waiting */
  #start({ reject }) {
    this.#pieces = [];
    this.#copied = this.#offset = 0;
    this.#fading = this.#player.swap();
    if (this.#fading) return;
    this.#waiting = null;
    reject(new LodestoneError('invalid-argument', 'the model has a different shape from the one that is playing'));
  }

  #end() {
    if (this.#player.meter()[swapping] !== 0) return;
    this.#fading = false;
    this.#waiting?.resolve();
    this.#waiting = null;
  }
}
