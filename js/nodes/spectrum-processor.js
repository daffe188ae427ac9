/* global sampleRate */
import { CoreAnalyser } from '../wasm/analyser.js';
import { Instance } from '../wasm/instance.js';
import { serve } from '../threads/remote.js';
import { Mono } from './mono.js';
import { Processor } from './processor.js';
import { PortLink, Ring, ringMemory } from '../threads/ring.js';

/** Maximum number of frames on their way to the main thread; if it falls further behind, frames are dropped. */
const frameCount = 16;

/**
 * @typedef {object} SpectrumProcessorOptions
 * @property {WebAssembly.Module | Uint8Array} source the core
 * @property {import('../options.js').AnalyserOptions} analysis
 * @property {number} rate maximum number of frames to deliver per second
 * @property {boolean} isShared whether frames pass through shared memory
 */

/** The audio thread's side of a SpectrumNode: passes its input through and analyses the mean of the channels. */
export class SpectrumProcessor extends Processor {
  /** @type {CoreAnalyser | null} */
  #analyser = null;
  /** @type {Ring | null} */
  #ring = null;
  /** @type {PortLink} */
  #link;
  #mono = new Mono();
  #interval;
  #elapsed = 0;
  #isActive = true;

  /** @param {{processorOptions: SpectrumProcessorOptions}} options */
  constructor({ processorOptions: { source, analysis, rate, isShared } }) {
    super();
    this.#interval = sampleRate / rate;
    this.#link = new PortLink(this.port, frameCount, ['frame']);
    serve(this.port, {
      start: () => started,
      giveBack: (/** @type {Float32Array} */ block) => this.#link.receive(block),
      dispose: () => this.#dispose(),
    });
    const started = this.#start(source, { ...analysis, sampleRate }, isShared);
    started.catch(() => {}); // the call of `start` reports it
  }

  /**
   * @param {Float32Array[][]} inputs
   * @param {Float32Array[][]} outputs
   */
  process(inputs, outputs) {
    if (!this.#isActive) return false;
    const input = inputs[0];
    const output = outputs[0];
    for (let channel = 0; channel < input.length; ++channel) output[channel].set(input[channel]);
    if (this.#analyser) this.#analyse(this.#analyser, this.#mono.of(output));
    return true;
  }

  /**
   * Creates the analyser and the frames; returns their layout and, if they are shared, their memory.
   * @param {SpectrumProcessorOptions['source']} source
   * @param {import('../options.js').AnalyserOptions} options
   * @param {boolean} isShared
   */
  async #start(source, options, isShared) {
    const analyser = new CoreAnalyser(new Instance(source), options);
    this.#analyser = analyser;
    const { layout } = analyser;
    if (!isShared) {
      for (let i = 0; i < frameCount; ++i) this.#link.receive(new Float32Array(layout.length));
      return { layout };
    }
    const memory = ringMemory(layout.length, frameCount);
    this.#ring = new Ring(memory, layout.length);
    return { layout, memory };
  }

  #dispose() {
    this.#isActive = false;
    this.#analyser = null; // its memory goes with it
  }

  /**
   * @param {CoreAnalyser} analyser
   * @param {Float32Array} samples
   */
  #analyse(analyser, samples) {
    for (let taken = 0; taken < samples.length;) {
      const count = analyser.push(samples, taken);
      taken += count;
      this.#elapsed += count;
      while (analyser.next()) {
        if (this.#elapsed < this.#interval) continue;
        // The excess counts towards the next frame, so that the mean rate is right, but never for more than one.
        this.#elapsed = Math.min(this.#elapsed - this.#interval, this.#interval);
        this.#deliver(analyser.frame);
      }
    }
  }

  /** @param {Float32Array} frame */
  #deliver(frame) {
    if (this.#ring) {
      this.#ring.write(frame);
      return;
    }
    const block = this.#link.take();
    if (!block) return;
    block.set(frame);
    this.#link.give(block);
  }
}
