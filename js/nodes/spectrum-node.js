import { incomplete } from '../errors.js';
import { analyserDefaults, number, refused, settle } from '../options.js';
import { rawContext, register, registration, useComplete } from './register.js';
import { Adopted } from './adopted.js';
import { errorOf } from '../threads/messages.js';

/**
 * @typedef {object} MoreSpectrumOptions
 * @property {number} [rate] frames a second that the page wants, above 0; it gets at most one a hop; 60
 */

/** @typedef {Omit<import('../options.js').AnalyserOptions, 'sampleRate'> & MoreSpectrumOptions} SpectrumOptions */

/** @typedef {import('../options.js').SpectrumFrame} SpectrumFrame */

const { size, hop, window, melBands, coefficients } = analyserDefaults;
const spectrumDefaults = { size, hop, window, melBands, coefficients, rate: 60 };

/**
 * Passes its input through and analyses the mean of its channels: STFT magnitudes and features, a frame each hop,
 * brought to the main thread `rate` times a second. The frames come through shared memory where the page is
 * cross-origin isolated, in buffers that go to and fro where it is not; either way none is made anew. A page that is
 * busy for longer than 16 frames misses some.
 *
 *     const spectrum = await createSpectrumNode(context, { size: 2048, hop: 512, rate: 30 });
 *     source.connect(spectrum);
 *     spectrum.addEventListener('frame', () => console.log(spectrum.frame.centroid));
 *
 * Made at once by `new SpectrumNode(context, options)` after `await prepare()` and `await register(context)`.
 */
export class SpectrumNode extends Adopted {
  /** @type {SpectrumFrame | null} The latest frame, always the same object; null before the first. */
  frame = null;
  /** @type {((event: Event) => void) | null} Called with each frame, after the listeners of `frame`. */
  onframe = null;
  /** @type {Promise<void>} Fulfilled when the audio thread is ready; rejects with a LodestoneError. */
  ready;

  #event = new Event('frame');
  #values = new Float32Array(0);
  /** @type {any} */
  #latest = {};
  /** @type {{name: string, place: number}[]} */
  #numbers = [];
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  /**
   * @param {import('./register.js').AnyContext} context registered
   * @param {SpectrumOptions} [options]
   * @throws {LodestoneError} `invalid-argument` where the context is not registered or an option is not allowed
   */
  constructor(context, options) {
    const { rate, ...analysis } = settle('SpectrumNode', options, spectrumDefaults);
    if (!(number('rate', rate) > 0)) throw refused('rate', rate, 'numbers above 0');
    const { source, isComplete, makeNode } = registration(context);
    if (!isComplete) throw incomplete();
    const isShared = globalThis.crossOriginIsolated;
    super(makeNode('lodestone-spectrum', { processorOptions: { source, analysis, rate, isShared } }));
    this.ready = new Promise((resolve, reject) => {
      this.port.onmessage = ({ data }) => {
        if (data.failure) reject(errorOf(data.failure));
        else if (data.layout) resolve(this.#open(data, rate, rawContext(context)));
        else this.#receive(data);
      };
    });
    this.ready.catch(() => {}); // for those who do not ask
  }

  /** Ends the analysis; what comes in is no longer passed on. */
  dispose() {
    clearInterval(this.#timer);
    this.port.postMessage(null);
    this.disconnect();
  }

  /**
   * @param {{layout: any, memory?: SharedArrayBuffer}} answer
   * @param {number} rate
   * @param {BaseAudioContext} context
   */
  #open({ layout: { length, ...places }, memory }, rate, context) {
    this.#values = new Float32Array(length);
    for (const [name, place] of Object.entries(places)) {
      if (Array.isArray(place)) this.#latest[name] = this.#values.subarray(place[0], place[0] + place[1]);
      else this.#numbers.push({ name, place });
    }
    if (!memory) return;
    const pop = popper(memory);
    this.#timer = setInterval(() => {
      while (pop(this.#values)) this.#show();
      if (context.state === 'closed') clearInterval(this.#timer);
    }, 1000 / rate);
  }

  /** @param {Float32Array} block which goes back to be filled again */
  #receive(block) {
    this.#values.set(block);
    this.port.postMessage(block, [block.buffer]);
    this.#show();
  }

  #show() {
    for (const { name, place } of this.#numbers) this.#latest[name] = this.#values[place];
    this.frame = this.#latest;
    this.dispatchEvent(this.#event);
    this.onframe?.(this.#event);
  }
}

/**
 * The reading end of a ring of ringbuf.js, which pages without a bundler cannot import by its name: the places that are
 * written and read next, then the floats. Frames come whole.
 * @param {SharedArrayBuffer} memory
 */
function popper(memory) {
  const places = new Uint32Array(memory, 0, 2);
  const ring = new Float32Array(memory, 8);
  return (/** @type {Float32Array} */ values) => {
    const first = places[1];
    if (Atomics.load(places, 0) === first) return false;
    for (let i = 0; i < values.length; ++i) values[i] = ring[(first + i) % ring.length];
    Atomics.store(places, 1, (first + values.length) % ring.length);
    return true;
  };
}

/**
 * Registers the context where that is not done, and makes a SpectrumNode that is ready.
 * @param {import('./register.js').AnyContext} context
 * @param {SpectrumOptions & import('./register.js').RegisterOptions} [options]
 * @returns {Promise<SpectrumNode>} rejects with a LodestoneError
 */
export async function createSpectrumNode(context, options = {}) {
  const { workletUrl, wasmUrl, AudioWorkletNode, ...rest } = options;
  await register(context, { workletUrl, wasmUrl, AudioWorkletNode });
  await useComplete(context);
  const node = new SpectrumNode(context, rest);
  await node.ready;
  return node;
}
