/** Half seconds that the mean looks back on. */
const remembered = 4;
/** Ms beyond a burst that a quantum may begin behind the clock before it counts as late. */
const patience = 25;
/**
 * Ms that the thread must have fallen behind for sound to be lost: more than the clock's ticks and drift can make of
 * it.
 */
const slack = 4;

/**
 * How busy the audio thread is with a node and whether it keeps up, by the one clock there is, which ticks in
 * milliseconds. The ticks that fall into the work of many quanta add up to its duration without bias; those of one
 * quantum say nothing.
 *
 * The thread's lag is the time of the clock less that of the frames. It swings, as the device asks for several quanta
 * at once; but its lowest point in half a second stays where it is until sound is lost, and then lies higher for good.
 */
export class Load {
  #rate;
  #patience;
  #shares = new Float64Array(remembered);
  #windows = 0;
  #base = Infinity;
  // Of the half second that is under way:
  #busy = 0;
  #frames = 0;
  #late = 0;
  #lowest = Infinity;

  /** Share of the last half second, 0 to 1. */
  latest = 0;
  /** Mean share of the last 2 s. */
  mean = 0;
  /** Quanta that began late, so far. */
  late = 0;
  /** Half seconds in which sound was lost, so far. */
  losses = 0;
  /** Whether the last was one of them. */
  lost = false;

  /**
   * @param {number} rate frames per second
   * @param {number} burst ms of sound that the device asks for at once
   */
  constructor(rate, burst) {
    this.#rate = rate;
    this.#patience = patience + burst;
  }

  /** The context has stood still and goes on: from here the clock and the frames count anew. */
  restart() {
    this.#base = Infinity;
    this.#begin();
  }

  /**
   * Counts a quantum; true when it completes half a second.
   * @param {number} began by the clock, in ms
   * @param {number} ended
   * @param {number} frame the number of its first frame
   * @param {number} length in frames
   */
  count(began, ended, frame, length) {
    const lag = began - (1000 * frame) / this.#rate;
    if (lag < this.#lowest) this.#lowest = lag;
    if (lag > this.#base + this.#patience) ++this.#late;
    this.#busy += ended - began;
    this.#frames += length;
    if (2 * this.#frames < this.#rate) return false;
    this.#close();
    return true;
  }

  #close() {
    this.latest = this.#busy / ((1000 * this.#frames) / this.#rate);
    this.#shares[this.#windows++ % remembered] = this.latest;
    let sum = 0;
    for (let i = 0; i < remembered; ++i) sum += this.#shares[i];
    this.mean = sum / Math.min(this.#windows, remembered);
    this.lost = this.#lowest > this.#base + slack;
    if (this.lost) ++this.losses;
    this.late += this.#late;
    this.#base = this.#lowest;
    this.#begin();
  }

  #begin() {
    this.#busy = this.#frames = this.#late = 0;
    this.#lowest = Infinity;
  }
}
