/** Half seconds that the mean covers. */
const remembered = 4;
/** Milliseconds, in addition to a burst, that a quantum may lag behind the clock before it counts as late. */
const patience = 25;
/** Milliseconds of permanent lag that count as lost sound: more than the clock's resolution and drift can cause. */
const slack = 4;

/**
 * Measures how busy a node keeps the audio thread, and whether the thread keeps up, with the only clock available
 * there, which ticks in milliseconds. The ticks during one quantum say nothing, but over many quanta they add up to an
 * unbiased estimate of the time spent.
 *
 * The thread's lag is the clock's time minus the time of the frames. It fluctuates, since the device requests several
 * quanta at once, but its minimum over half a second stays the same until sound is lost, and then rises permanently.
 */
export class Load {
  #rate;
  #patience;
  #shares = new Float64Array(remembered);
  #windows = 0;
  #base = Infinity;
  // Of the current half second:
  #busy = 0;
  #frames = 0;
  #late = 0;
  #lowest = Infinity;

  /** Load in the last half second, 0 to 1. */
  latest = 0;
  /** Mean load over the last 2 s. */
  mean = 0;
  /** Number of quanta that began late. */
  late = 0;
  /** Number of half seconds in which sound was lost. */
  losses = 0;
  /** Whether sound was lost in the last half second. */
  lost = false;

  /**
   * @param {number} rate frames per second
   * @param {number} burst ms of sound that the device requests at once
   */
  constructor(rate, burst) {
    this.#rate = rate;
    this.#patience = patience + burst;
  }

  /** Starts over after the context was suspended, when the clock ran on and the frames did not. */
  restart() {
    this.#base = Infinity;
    this.#begin();
  }

  /**
   * Counts a quantum; returns true when it completes half a second.
   * @param {number} began clock time in ms
   * @param {number} ended clock time in ms
   * @param {number} frame index of its first frame
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
