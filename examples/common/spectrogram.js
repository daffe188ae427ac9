// Draws a sound: time to the right, frequency upwards (logarithmic), level as colour.
import { bottomAxis, linearTicks, logTicks, openCanvas, redrawWhenNeeded, sideAxis } from './axes.js';
import { floor } from './levels.js';

const lowest = 50; // Hz

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

/** The maximum level between two fractional bins, interpolated if they are less than one bin apart. */
function levelBetween({ values, bins }, offset, low, high) {
  if (high - low < 1) {
    const bin = Math.min(Math.floor((low + high) / 2), bins - 2);
    const between = Math.min((low + high) / 2 - bin, 1);
    return values[offset + bin] * (1 - between) + values[offset + bin + 1] * between;
  }
  let level = floor;
  for (let bin = Math.ceil(low); bin <= high; ++bin) level = Math.max(level, values[offset + bin]);
  return level;
}

/** The levels as an image, one pixel per column, with rows logarithmic in frequency. */
function paint(levels, rows, colours) {
  const { columns, bins, nyquist } = levels;
  const image = new ImageData(columns, rows);
  const binAt = (row) => ((lowest * (nyquist / lowest) ** (1 - row / rows)) / nyquist) * (bins - 1);
  for (let row = 0; row < rows; ++row) {
    const [high, low] = [binAt(row), binAt(row + 1)];
    for (let column = 0; column < columns; ++column) {
      const level = levelBetween(levels, column * bins, low, high);
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

/** A canvas that shows a sound. */
export class Spectrogram {
  #canvas;
  #levels = null;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
    redrawWhenNeeded(canvas, () => this.#draw());
  }

  /** @param {import('./levels.js').Levels} levels */
  show(levels) {
    this.#levels = levels;
    this.#draw();
  }

  /** The plot area in CSS pixels. */
  get box() {
    const { clientWidth, clientHeight } = this.#canvas;
    return { left: 34, top: 22, width: clientWidth - 34 - 58, height: clientHeight - 22 - 26 };
  }

  #draw() {
    const plot = openCanvas(this.#canvas);
    const box = this.box;
    const colours = ramp(plot.colour);
    if (!this.#levels || box.width <= 0) return;
    const { seconds, nyquist } = this.#levels;
    drawImage(plot.context, paint(this.#levels, Math.round(box.height * plot.ratio), colours), box);
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
