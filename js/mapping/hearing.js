import { Mono } from '../nodes/mono.js';
import { CoreAnalyser } from '../wasm/analyser.js';

/** Features of one sound, computed on the audio thread. */
export class Hearing {
  #analyser;
  #values;
  /** Index of each value in a frame. */
  #places;
  #mono = new Mono();

  /**
   * @param {import('../wasm/instance.js').Instance} core
   * @param {Pick<import('./input.js').Sound, 'features' | 'options'>} sound
   * @param {Float32Array} values where the features go
   */
  constructor(core, { features, options }, values) {
    this.#analyser = new CoreAnalyser(core, options);
    this.#values = values;
    const layout = /** @type {Record<string, any>} */ (this.#analyser.layout);
    this.#places = features.flatMap((name) => {
      const place = layout[name];
      return typeof place === 'number' ? [place] : Array.from({ length: place[1] }, (_, i) => place[0] + i);
    });
  }

  /** @param {Float32Array[]} channels of which the mean is analysed; none if nothing is connected */
  hear(channels) {
    if (channels.length === 0) return;
    const samples = this.#mono.of(channels);
    for (let taken = 0; taken < samples.length;) {
      taken += this.#analyser.push(samples, taken);
      while (this.#analyser.next()) {
        const { frame } = this.#analyser;
        for (let i = 0; i < this.#places.length; ++i) this.#values[i] = frame[this.#places[i]];
      }
    }
  }
}
