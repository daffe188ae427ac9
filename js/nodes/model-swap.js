import { LodestoneError } from '../errors.js';
import { meterNames } from '../options.js';

const swapping = meterNames.indexOf('swapping');

/**
 * Another model's weights on their way into a player that plays, on the thread that runs it. A piece a block is copied
 * into the player's spare slot; then the player fades over.
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

  /** @param {import('../core.js').CorePlayer} player */
  constructor(player) {
    this.#player = player;
  }

  /**
   * Takes the next piece.
   * @param {ArrayBuffer} piece at most 64 KB
   */
  stage(piece) {
    this.#pieces.push(new Uint8Array(piece));
  }

  /**
   * All pieces are there.
   * @returns {Promise<void>} when the fade is done; rejects where the player refuses the model
   */
  swap() {
    return new Promise((resolve, reject) => (this.#waiting = { resolve, reject }));
  }

  /** Goes on by a block's share. Makes no object while nothing is on its way. */
  step() {
    if (this.#copied < this.#pieces.length) this.#copy(this.#pieces[this.#copied]);
    else if (this.#fading) this.#end();
    else if (this.#waiting) this.#start(this.#waiting);
  }

  /** @param {Uint8Array} piece */
  #copy(piece) {
    if (!this.#player.writeSpare(this.#offset, piece)) return; // the fade before is not over
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
    reject(new LodestoneError('invalid-argument', 'the model has another shape than the one that plays'));
  }

  #end() {
    if (this.#player.meter()[swapping] !== 0) return;
    this.#fading = false;
    this.#waiting?.resolve();
    this.#waiting = null;
  }
}
