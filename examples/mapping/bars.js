import { openCanvas } from '../common/axes.js';

/** Draws values as bars; each has the range that it has had so far. */
export class Bars {
  #canvas;
  #lows = [];
  #highs = [];

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
  }

  /** @param {ArrayLike<number>} values */
  draw(values) {
    const { context, width, height, colour } = openCanvas(this.#canvas);
    context.clearRect(0, 0, width, height);
    context.fillStyle = colour('accent');
    const each = width / values.length;
    for (let i = 0; i < values.length; ++i) {
      if (!Number.isFinite(values[i])) continue;
      const low = (this.#lows[i] = Math.min(this.#lows[i] ?? 0, values[i]));
      const high = (this.#highs[i] = Math.max(this.#highs[i] ?? 0, values[i]));
      const tall = high > low ? ((values[i] - low) / (high - low)) * height : 0;
      context.fillRect(i * each, height - tall, Math.max(each - 1, 1), tall);
    }
  }
}
