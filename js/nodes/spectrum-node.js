import { analyserDefaults, number, refused, settle } from '../options.js';
import { files } from '../wasm/files.js';
import { rawContext, Registry } from './register.js';
import { Adopted } from './adopted.js';
import { Remote } from '../threads/remote.js';
import { Ring } from '../threads/ring.js';

/**
 * @typedef {object} MoreSpectrumOptions
 * @property {number} [rate] frames to deliver per second, above 0; at most one per hop; default 60
 */

/** @typedef {Omit<import('../options.js').AnalyserOptions, 'sampleRate'> & MoreSpectrumOptions} SpectrumOptions */

/** @typedef {import('../options.js').SpectrumFrame} SpectrumFrame */

const spectra = new Registry(files.spectrumWorklet, () => 'analysis', 'SpectrumNode.register(context)');

const { size, hop, window, melBands, coefficients } = analyserDefaults;
const spectrumDefaults = { size, hop, window, melBands, coefficients, rate: 60 };

/**
 * Passes its input through and analyses the mean of its channels: STFT magnitudes and features, one frame per hop,
 * delivered to the main thread `rate` times a second. Frames pass through shared memory if the page is cross-origin
 * isolated, otherwise in buffers that are sent back and forth. A page that is busy for longer than 16 frames misses some.
 *
 *     const spectrum = await createSpectrumNode(context, { size: 2048, hop: 512, rate: 30 });
 *     source.connect(spectrum);
 *     spectrum.addEventListener('frame', () => console.log(spectrum.frame.centroid));
 *
 * Or, after `await SpectrumNode.register(context)`, synchronously with `new SpectrumNode(context, options)`.
 */
export class SpectrumNode extends Adopted {
  /** @type {SpectrumFrame | null} The latest frame, always the same object; null before the first. */
  frame = null;
  /** @type {((event: Event) => void) | null} Called with each frame, after the listeners of `frame`. */
  onframe = null;
  /** @type {Promise<void>} Resolves when the audio thread is ready; rejects with a LodestoneError. */
  ready;

  #processor;
  #event = new Event('frame');
  #values = new Float32Array(0);
  /** @type {any} */
  #latest = {};
  /** @type {{name: string, place: number}[]} */
  #numbers = [];
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  /**
   * Loads what SpectrumNodes need in a context. Once per context is enough.
   * @param {import('./register.js').AnyContext} context
   * @param {import('./register.js').RegisterOptions} [options] with dist/spectrum-worklet.js and dist/analysis.wasm
   * @returns {Promise<void>}
   */
  static register(context, options) {
    return spectra.register(context, options);
  }

  /**
   * @param {import('./register.js').AnyContext} context registered
   * @param {SpectrumOptions} [options]
   * @throws {LodestoneError} `invalid-argument` if the context is not registered or an option is not allowed
   */
  constructor(context, options) {
    const { rate, ...analysis } = settle('SpectrumNode', options, spectrumDefaults);
    if (!(number('rate', rate) > 0)) throw refused('rate', rate, 'numbers above 0');
    const { source, makeNode } = spectra.get(context);
    const isShared = globalThis.crossOriginIsolated;
    super(makeNode('lodestone-spectrum', { processorOptions: { source, analysis, rate, isShared } }));
    this.#processor = new Remote(this.port, { frame: (block) => this.#receive(block) });
    this.ready = this.#processor.call('start').then((opened) => this.#open(opened, rate, rawContext(context)));
    this.ready.catch(() => {}); // may be ignored
  }

  /** Ends the analysis; the input is no longer passed through. */
  dispose() {
    clearInterval(this.#timer);
    this.#processor.tell('dispose');
    this.disconnect();
  }

  /**
   * @param {{layout: any, memory?: SharedArrayBuffer}} opened
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
    const ring = new Ring(memory, length);
    this.#timer = setInterval(() => {
      while (ring.read(this.#values)) this.#show();
      if (context.state === 'closed') clearInterval(this.#timer);
    }, 1000 / rate);
  }

  /** @param {Float32Array} block which goes back to be filled again */
  #receive(block) {
    this.#values.set(block);
    this.#processor.tell('giveBack', [block], [block.buffer]);
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
 * Registers the context if necessary, creates a SpectrumNode and waits until it is ready.
 * @param {import('./register.js').AnyContext} context
 * @param {SpectrumOptions & import('./register.js').RegisterOptions} [options]
 * @returns {Promise<SpectrumNode>} rejects with a LodestoneError
 */
export async function createSpectrumNode(context, options = {}) {
  const { workletUrl, wasmUrl, AudioWorkletNode, ...rest } = options;
  await SpectrumNode.register(context, { workletUrl, wasmUrl, AudioWorkletNode });
  const node = await spectra.make(context, () => new SpectrumNode(context, rest));
  await node.ready;
  return node;
}
