/** Share of the time from which a half second counts as overloaded. */
const overload = 0.9;
/** Half seconds of calm before the first step back, and at most. */
const shortest = 8;
const longest = 128;

/**
 * What a node gives up, and when, so that it does not fall silent. Judged every half second: two overloaded ones in a
 * row cost a level (1: fewer iterations for the phases; 2: stateful mode), 4 s of calm give one back. After every
 * further fall the calm has to last twice as long, up to 64 s, so that it does not go up and down.
 */
export class Quality {
  /** @type {0 | 1 | 2} As CorePlayer.setQuality takes it; 0: as asked for. */
  level = 0;
  #overloaded = 0;
  #calm = 0;
  #needed = shortest / 2;

  /**
   * True when the level has changed.
   * @param {number} share of the half second that the work took
   * @param {boolean} lost whether sound was lost in it
   */
  judge(share, lost) {
    const isOverloaded = share > overload || lost;
    this.#overloaded = isOverloaded ? this.#overloaded + 1 : 0;
    this.#calm = isOverloaded ? 0 : this.#calm + 1;
    if (this.#overloaded >= 2 && this.level < 2) return this.#fall();
    if (this.#calm >= this.#needed && this.level > 0) return this.#rise();
    return false;
  }

  #fall() {
    this.level = this.level === 0 ? 1 : 2;
    this.#overloaded = 0;
    this.#needed = Math.min(2 * this.#needed, longest);
    return true;
  }

  #rise() {
    this.level = this.level === 2 ? 1 : 0;
    this.#calm = 0;
    return true;
  }
}
