import { LodestoneError } from '../errors.js';
import { meterNames } from '../options.js';

const swapping = meterNames.indexOf('swapping');

/**
 * Swaps the model of a player while it plays, on the thread that runs it: each block copies a piece of the new model
 * into the player's spare slot, then the player fades over.
 */
export class ModelSwap {
  #player;
  #pieceBytes;
  /** @type {Uint8Array[]} */
  #pieces = [];
  #copied = 0;
  /** @type {{resolve: () => void, reject: (reason: unknown) => void} | null} */
  #waiting = null;
  #fading = false;

  /**
   * @param {import('../core.js').CorePlayer} player
   * @param {number} [pieceBytes]
   */
  constructor(player, pieceBytes = 65536) {
    this.#player = player;
    this.#pieceBytes = pieceBytes;
  }

  /**
   * Begins once the previous swap is over. The very first one also takes the memory of the slot, between two blocks.
   * @param {Uint8Array} bytes the new model
   * @returns {Promise<void>} resolves when the fade is over; rejects if there is no memory for a second model, or if the
   *   player refuses this one
   */
  async swap(bytes) {
    this.#player.makeRoom();
    for (let at = 0; at < bytes.length; at += this.#pieceBytes) {
      this.#pieces.push(bytes.subarray(at, at + this.#pieceBytes));
    }
    return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }));
  }

  /** Does the work of one block. Creates no objects. */
  step() {
    if (this.#copied < this.#pieces.length) this.#copy(this.#copied);
    else if (this.#fading) this.#end();
    else if (this.#waiting) this.#start(this.#waiting);
  }

  /** @param {number} index */
  #copy(index) {
    if (this.#player.writeSpare(index * this.#pieceBytes, this.#pieces[index])) ++this.#copied;
  }

  /** @param {{reject: (reason: unknown) => void}} waiting */
  #start({ reject }) {
    this.#pieces = [];
    this.#copied = 0;
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
