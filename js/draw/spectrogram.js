import { choice, settle } from '../options.js';

/**
 * @typedef {object} SpectrogramOptions
 * @property {number} [sampleRate] of the sound, in Hz; default 44100
 * @property {'log' | 'linear'} [scale] of the frequency axis; default `log`
 * @property {number} [minFrequency] at the bottom edge, in Hz, above 0 for `log`; default 40
 * @property {number} [maxFrequency] at the top edge, in Hz; default half the sample rate
 * @property {number} [minDecibels] this level and below get the first colour; default −100
 * @property {number} [maxDecibels] this level and above get the last colour; default −10
 * @property {string[]} [colours] from quiet to loud, two or more, each `#rrggbb`; default: dark to bright, or bright to
 *   dark if the user prefers a light colour scheme
 */

const defaults = {
  sampleRate: 44100,
  scale: 'log',
  minFrequency: 40,
  maxFrequency: 0,
  minDecibels: -100,
  maxDecibels: -10,
  colours: /** @type {string[] | undefined} */ (undefined),
};

const darkColours = ['#08080f', '#3b1a6e', '#a52c60', '#ee6a24', '#f7d13d', '#fcffe4'];
const lightColours = ['#fbfbfd', '#c5d7ee', '#6fa8d6', '#3a62a8', '#2c2a6b', '#120a2a'];

/**
 * A scrolling spectrogram on a canvas, one column per frame, the newest on the right. Resizing the canvas or changing
 * the colour scheme clears it. Works on the main thread, or in a Worker with an OffscreenCanvas.
 *
 *     const spectrogram = new Spectrogram(canvas, { sampleRate: context.sampleRate });
 *     spectrum.addEventListener('frame', () => spectrogram.draw(spectrum.frame.decibels));
 */
export class Spectrogram {
  #canvas;
  #context;
  #options;
  #scheme = globalThis.matchMedia?.('(prefers-color-scheme: light)');
  /** @type {string[]} */
  #colours = [];
  #palette = new Uint32Array(256);
  /** The rows' edges from the top, in bins. */
  #edges = new Float32Array(0);
  /** @type {ImageData | null} */
  #column = null;
  #pixels = new Uint32Array(0);
  #bins = 0;
  #width = 0;

  /**
   * @param {HTMLCanvasElement | OffscreenCanvas} canvas at least one pixel wide and high
   * @param {SpectrogramOptions} [options]
   */
  constructor(canvas, options) {
    this.#canvas = canvas;
    this.#context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    this.#options = settle('Spectrogram', options, defaults);
    choice('scale', this.#options.scale, ['log', 'linear']);
    this.#options.maxFrequency ||= this.#options.sampleRate / 2;
  }

  /**
   * Draws a column and scrolls the rest to the left.
   * @param {Float32Array} decibels of the bins from DC to Nyquist
   */
  draw(decibels) {
    this.#prepare(decibels.length);
    const { minDecibels, maxDecibels } = this.#options;
    const steps = 255 / (maxDecibels - minDecibels);
    for (let row = 0; row < this.#pixels.length; ++row) {
      const level = (loudest(decibels, this.#edges[row + 1], this.#edges[row]) - minDecibels) * steps;
      this.#pixels[row] = this.#palette[Math.min(255, Math.max(0, level)) | 0];
    }
    this.#context.drawImage(this.#canvas, -1, 0);
    this.#context.putImageData(/** @type {ImageData} */ (this.#column), this.#width - 1, 0);
  }

  /** @param {number} bins */
  #prepare(bins) {
    const { width, height } = this.#canvas;
    const colours = this.#options.colours ?? (this.#scheme?.matches ? lightColours : darkColours);
    const same = width === this.#width && height === this.#pixels.length && bins === this.#bins;
    if (same && colours === this.#colours) return;
    this.#width = width;
    this.#bins = bins;
    this.#colours = colours;
    this.#palette = palette(colours);
    this.#edges = rowEdges(this.#options, height, bins);
    this.#column = this.#context.createImageData(1, height);
    this.#pixels = new Uint32Array(this.#column.data.buffer);
    this.#context.fillStyle = colours[0];
    this.#context.fillRect(0, 0, width, height);
  }
}

/**
 * The loudest bin in a row, or a value interpolated between two bins if the row spans less than one.
 * @param {Float32Array} decibels
 * @param {number} low
 * @param {number} high
 */
function loudest(decibels, low, high) {
  let bin = Math.ceil(low);
  if (high - low < 1) {
    const middle = (low + high) / 2;
    bin = Math.min(decibels.length - 2, Math.floor(middle));
    return decibels[bin] + (middle - bin) * (decibels[bin + 1] - decibels[bin]);
  }
  let most = -Infinity;
  for (; bin <= high; ++bin) most = Math.max(most, decibels[bin]);
  return most;
}

/**
 * @param {{scale: string, sampleRate: number, minFrequency: number, maxFrequency: number}} options
 * @param {number} height
 * @param {number} bins
 */
function rowEdges({ scale, sampleRate, minFrequency, maxFrequency }, height, bins) {
  const binsPerHertz = (2 * (bins - 1)) / sampleRate;
  return Float32Array.from({ length: height + 1 }, (_, row) => {
    const share = 1 - row / height;
    const frequency =
      scale === 'log'
        ? minFrequency * (maxFrequency / minFrequency) ** share
        : minFrequency + share * (maxFrequency - minFrequency);
    return Math.min(bins - 1, frequency * binsPerHertz);
  });
}

/**
 * 256 opaque pixels from the first colour to the last.
 * @param {string[]} colours
 */
function palette(colours) {
  const stops = colours.map((colour) => parseInt(colour.slice(1), 16));
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const at = (i / 255) * (stops.length - 1);
    const first = Math.min(stops.length - 2, Math.floor(at));
    const mixed = (/** @type {number} */ shift) => {
      const [from, to] = [stops[first], stops[first + 1]].map((stop) => (stop >> shift) & 255);
      return Math.round(from + (at - first) * (to - from));
    };
    return (255 << 24) | (mixed(0) << 16) | (mixed(8) << 8) | mixed(16);
  });
}
