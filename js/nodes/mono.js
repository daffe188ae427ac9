/** Mixes channels on the audio thread; allocates only when the block length changes. */
export class Mono {
  #mixed = new Float32Array(0);

  /**
   * The mean of one or more channels; valid until the next call.
   * @param {Float32Array[]} channels
   */
  of(channels) {
    if (channels.length === 1) return channels[0];
    const { length } = channels[0];
    if (this.#mixed.length !== length) this.#mixed = new Float32Array(length);
    for (let i = 0; i < length; ++i) {
      let sum = 0;
      for (let channel = 0; channel < channels.length; ++channel) sum += channels[channel][i];
      this.#mixed[i] = sum / channels.length;
    }
    return this.#mixed;
  }
}
