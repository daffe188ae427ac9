/** Blocks are silent below this power (−60 dBFS), or this far below the mean power of what is kept (30 dB). */
const silence = 1e-6;
const pause = 1e-3;
/** Seconds of a pause that are kept, so that sounds can fade. */
const tail = 0.4;
/** Seconds over which both ends are faded before a clip is repeated, so that it has no clicks. */
const fade = 0.01;

/** The last seconds of what was heard, without silence. */
export class Heard {
  #samples;
  #sampleRate;
  #next = 0;
  #filled = 0;
  /** Sum of the squares of the kept samples. */
  #energy = 0;
  #quietFor = Infinity;

  /** Seconds kept since `clip` was last called. */
  fresh = 0;

  /**
   * @param {number} seconds
   * @param {number} sampleRate
   */
  constructor(seconds, sampleRate) {
    this.#samples = new Float32Array(Math.round(seconds * sampleRate));
    this.#sampleRate = sampleRate;
  }

  /** Seconds kept. */
  get seconds() {
    return this.#filled / this.#sampleRate;
  }

  /**
   * Keeps the block in place of the oldest samples, unless it is silent. NaN and Inf count as silence.
   * @param {Float32Array} block shorter than the memory
   */
  hear(block) {
    for (let i = 0; i < block.length; ++i) if (!Number.isFinite(block[i])) block[i] = 0;
    const seconds = block.length / this.#sampleRate;
    const mean = this.#filled > 0 ? this.#energy / this.#filled : 0;
    const isSounding = energy(block) > block.length * Math.max(silence, pause * mean);
    this.#quietFor = isSounding ? 0 : this.#quietFor + seconds;
    if (this.#quietFor > tail) return;
    const first = Math.min(block.length, this.#samples.length - this.#next);
    this.#replace(this.#next, block.subarray(0, first));
    this.#replace(0, block.subarray(first));
    this.#next = (this.#next + block.length) % this.#samples.length;
    this.#filled = Math.min(this.#filled + block.length, this.#samples.length);
    this.fresh += seconds;
  }

  /**
   * A clip of constant length, oldest sample first. Until enough was heard, it is repeated: so all models have the same
   * number of training frames and can be swapped.
   */
  clip() {
    const start = this.#filled < this.#samples.length ? 0 : this.#next;
    const clip = new Float32Array(this.#samples.length);
    clip.set(this.#samples.subarray(start));
    clip.set(this.#samples.subarray(0, start), clip.length - start);
    if (this.#filled < clip.length) repeat(clip, this.#filled, Math.round(fade * this.#sampleRate));
    this.fresh = 0;
    return clip;
  }

  /** Forgets all of it. */
  forget() {
    this.#samples.fill(0);
    this.#next = this.#filled = this.#energy = this.fresh = 0;
    this.#quietFor = Infinity;
  }

  /**
   * @param {number} at
   * @param {Float32Array} samples
   */
  #replace(at, samples) {
    this.#energy += energy(samples) - energy(this.#samples.subarray(at, at + samples.length));
    this.#samples.set(samples, at);
  }
}

/** @param {Float32Array} samples */
function energy(samples) {
  let sum = 0;
  for (let i = 0; i < samples.length; ++i) sum += samples[i] ** 2;
  return sum;
}

/**
 * Fills a clip with repetitions of its first samples.
 * @param {Float32Array} clip
 * @param {number} length
 * @param {number} faded samples at both ends
 */
function repeat(clip, length, faded) {
  for (let i = 0; i < Math.min(faded, length); ++i) {
    clip[i] *= i / faded;
    clip[length - 1 - i] *= i / faded;
  }
  for (let at = length; at < clip.length; at += length) clip.copyWithin(at, 0, Math.min(length, clip.length - at));
}
