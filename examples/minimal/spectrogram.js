// The picture of a sound: time to the right, frequency upwards (logarithmic), level as colour.
import { Stft } from '../../js/index.js';
import { bottomAxis, linearTicks, logTicks, openCanvas, redrawWhenNeeded, sideAxis } from './axes.js';

const size = 2048;
const columns = 1024;
const floor = -80; // dB below the loudest
const lowest = 50; // Hz

/**
 * Levels in dB, 0 being the loudest, `[columns][bins]`. One FFT a column, whatever the length: an hour costs as much as a second.
 * @param {Float32Array} samples
 */
async function levels(samples) {
  const pieces = new Float32Array(columns * size);
  for (let column = 0; column < columns; ++column) {
    const start = Math.round(((column + 0.5) / columns) * samples.length - size / 2);
    const piece = samples.subarray(Math.max(start, 0), Math.max(start + size, 0));
    pieces.set(piece, column * size + Math.max(-start, 0));
  }
  const stft = await Stft.create({ size, hop: size, framing: 'none' });
  const { data } = stft.magnitudes(pieces);
  stft.dispose();
  const loudest = data.reduce((a, b) => Math.max(a, b), 1e-9);
  return data.map((magnitude) => Math.max(20 * Math.log10(magnitude / loudest), floor));
}

/** 256 colours from the style sheet's `--ramp`, a list of #rrggbb from quiet to loud. */
function ramp(colour) {
  const stops = colour('ramp')
    .split(',')
    .map((hex) => [1, 3, 5].map((i) => parseInt(hex.trim().slice(i, i + 2), 16)));
  return Array.from({ length: 256 }, (_, i) => {
    const position = (i / 255) * (stops.length - 1);
    const stop = Math.min(Math.floor(position), stops.length - 2);
    return stops[stop].map((value, c) => value + (position - stop) * (stops[stop + 1][c] - value));
  });
}

/** The largest level between two bins, or between their neighbours where they are closer than one bin. */
function levelBetween(values, offset, low, high) {
  if (high - low < 1) {
    const bin = Math.min(Math.floor((low + high) / 2), size / 2 - 1);
    const between = Math.min((low + high) / 2 - bin, 1);
    return values[offset + bin] * (1 - between) + values[offset + bin + 1] * between;
  }
  let level = floor;
  for (let bin = Math.ceil(low); bin <= high; ++bin) level = Math.max(level, values[offset + bin]);
  return level;
}

/** The levels as an image of `columns` × `rows` pixels, its rows logarithmic in frequency. */
function paint(values, rows, nyquist, colours) {
  const image = new ImageData(columns, rows);
  const bins = size / 2 + 1;
  const binAt = (row) => ((lowest * (nyquist / lowest) ** (1 - row / rows)) / nyquist) * (bins - 1);
  for (let row = 0; row < rows; ++row) {
    const [high, low] = [binAt(row), binAt(row + 1)];
    for (let column = 0; column < columns; ++column) {
      const level = levelBetween(values, column * bins, low, high);
      const [r, g, b] = colours[Math.round((1 - level / floor) * 255)];
      image.data.set([r, g, b, 255], (row * columns + column) * 4);
    }
  }
  return image;
}

function drawImage(context, image, box) {
  const whole = document.createElement('canvas');
  [whole.width, whole.height] = [image.width, image.height];
  whole.getContext('2d').putImageData(image, 0, 0);
  context.drawImage(whole, box.left, box.top, box.width, box.height);
}

function drawLegend(plot, box, colours) {
  const image = new ImageData(1, 256);
  colours.forEach((colour, i) => image.data.set([...colour, 255], (255 - i) * 4));
  drawImage(plot.context, image, box);
  const ticks = linearTicks(floor, 0, 5).map((level) => ({
    at: 1 - level / floor,
    text: `${level}`.replace('-', '−'),
  }));
  sideAxis(plot, box, ticks, { side: 1 });
  plot.context.fillStyle = plot.colour('quiet');
  plot.context.textAlign = 'right';
  plot.context.fillText('dB', box.left + box.width + 29, box.top - 12);
}

const hertz = (frequency) => (frequency >= 1000 ? `${frequency / 1000}k` : `${frequency}`);

/** A canvas that shows one sound after the other. */
export class Spectrogram {
  #canvas;
  #sound = null;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
    redrawWhenNeeded(canvas, () => this.#draw());
  }

  /** @param {Float32Array} samples @param {number} sampleRate */
  async show(samples, sampleRate) {
    this.#sound = { values: await levels(samples), sampleRate, seconds: samples.length / sampleRate };
    this.#draw();
  }

  /** The part of the canvas that time runs through, in CSS pixels. */
  get box() {
    const { clientWidth, clientHeight } = this.#canvas;
    return { left: 34, top: 22, width: clientWidth - 34 - 58, height: clientHeight - 22 - 26 };
  }

  #draw() {
    const plot = openCanvas(this.#canvas);
    const box = this.box;
    const colours = ramp(plot.colour);
    if (!this.#sound || box.width <= 0) return;
    const { values, sampleRate, seconds } = this.#sound;
    const nyquist = sampleRate / 2;
    drawImage(plot.context, paint(values, Math.round(box.height * plot.ratio), nyquist, colours), box);
    const times = linearTicks(0, seconds, box.width / 60);
    bottomAxis(
      plot,
      box,
      times.map((time) => ({ at: time / seconds, text: `${+time.toFixed(3)}` })),
      'seconds',
    );
    const octaves = Math.log(nyquist / lowest);
    const frequencies = logTicks(lowest, nyquist);
    sideAxis(
      plot,
      box,
      frequencies.map((f) => ({ at: Math.log(f / lowest) / octaves, text: hertz(f) })),
    );
    plot.context.textAlign = 'left';
    plot.context.fillText('Hz', 12, box.top - 12);
    drawLegend(plot, { left: box.left + box.width + 12, top: box.top, width: 10, height: box.height }, colours);
  }
}
