/** Load above which a half second counts as overloaded. */
const overload = 0.9;
/** Half seconds of calm before quality is first restored, and the maximum. */
const shortest = 8;
const longest = 128;

/**
 * Decides when a node lowers its quality to avoid dropouts. Every half second is judged: two overloaded ones in a row
 * lower the quality by a level (1: fewer phase iterations; 2: stateful mode), 4 s of calm raise it again. Each further
 * drop doubles the calm that is needed, up to 64 s, so that the quality does not oscillate.
 */
export class Quality {
  /** @type {0 | 1 | 2} For CorePlayer.setQuality; 0 is full quality. */
  level = 0;
  #overloaded = 0;
  #calm = 0;
  #needed = shortest / 2;

  /**
   * Returns true if the level has changed.
   * @param {number} share of the half second that the work took
   * @param {boolean} lost whether sound was lost
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
