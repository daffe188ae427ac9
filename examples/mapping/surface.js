// The learned surface: one output over two inputs, and the pad on it.
import { openCanvas, redrawWhenNeeded } from '../common/axes.js';

const cells = 48; // in each direction
const shadeCount = 64;

/** Colours between those of the ramp. */
function shadesOf(ramp) {
  return Array.from({ length: shadeCount }, (_, i) => {
    const place = (i * (ramp.length - 1)) / shadeCount;
    const [from, to] = [Math.floor(place), Math.floor(place) + 1];
    return `color-mix(in srgb, ${ramp[to]} ${100 * (place - from)}%, ${ramp[from]})`;
  });
}

/** Shows what a mapping has learned. The other inputs stay where they are. */
export class Surface {
  #canvas;
  #mapping = null;
  #axes = { output: 0, across: 0, up: 1 };

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
    redrawWhenNeeded(canvas, () => this.draw());
  }

  /**
   * @param {import('../../js/mapping/mapping.js').Mapping | null} mapping
   * @param {{output: number, across: number, up: number}} axes
   */
  show(mapping, axes) {
    this.#mapping = mapping;
    this.#axes = axes;
    this.draw();
  }

  draw() {
    const { context, width, height, colour } = openCanvas(this.#canvas);
    context.clearRect(0, 0, width, height);
    const mapping = this.#mapping;
    if (!mapping) return;
    const shades = shadesOf(colour('ramp').split(','));
    const { low, high, inputs } = this.#ranges(mapping);
    const { output, across, up } = this.#axes;
    for (let y = 0; y < cells; ++y) {
      for (let x = 0; x < cells; ++x) {
        inputs[across] = low[0] + ((x + 0.5) / cells) * (high[0] - low[0]);
        inputs[up] = high[1] - ((y + 0.5) / cells) * (high[1] - low[1]);
        const outputs = mapping.predict(inputs);
        if (!outputs) return;
        context.fillStyle = shades[Math.round(outputs[output] * (shadeCount - 1))];
        context.fillRect((x * width) / cells, (y * height) / cells, width / cells + 1, height / cells + 1);
      }
    }
    this.#drawTakes(mapping, low, high, { context, width, height, colour });
  }

  /** The range of each axis that the takes span, at least 0 to 1, and the present inputs. */
  #ranges(mapping) {
    const { across, up } = this.#axes;
    const n = mapping.inputNames.length;
    const [low, high] = [
      [0, 0],
      [1, 1],
    ];
    for (const { inputs } of mapping.takes) {
      for (let at = 0; at < inputs.length; at += n) {
        [across, up].forEach((input, axis) => {
          low[axis] = Math.min(low[axis], inputs[at + input]);
          high[axis] = Math.max(high[axis], inputs[at + input]);
        });
      }
    }
    return { low, high, inputs: Float32Array.from(mapping.inputs) };
  }

  #drawTakes(mapping, low, high, { context, width, height, colour }) {
    const { across, up } = this.#axes;
    const n = mapping.inputNames.length;
    context.strokeStyle = colour('ink');
    for (const { inputs } of mapping.takes) {
      context.beginPath();
      for (let at = 0; at < inputs.length; at += n) {
        const x = ((inputs[at + across] - low[0]) / (high[0] - low[0])) * width;
        const y = (1 - (inputs[at + up] - low[1]) / (high[1] - low[1])) * height;
        context.moveTo(x + 3, y);
        context.arc(x, y, 3, 0, 7);
      }
      context.stroke();
    }
  }
}
