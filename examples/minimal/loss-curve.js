// The loss after each epoch, on a logarithmic scale.
import { bottomAxis, linearTicks, logTicks, openCanvas, redrawWhenNeeded, sideAxis } from '../common/axes.js';

const scientific = (value) => (value >= 0.001 && value < 10000 ? `${+value.toPrecision(3)}` : value.toExponential(0));

/** Round numbers in the range; linear ones if it is too narrow for logarithmic ones. */
function lossTicks(low, high) {
  const ticks = logTicks(low, high, 6);
  return ticks.length >= 3 ? ticks : linearTicks(low, high, 5);
}

const mostPoints = 2000; // more than a screen is wide

/** A canvas that shows the progress of a training. */
export class LossCurve {
  #canvas;
  #points = [];
  #epochs = 1;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
    redrawWhenNeeded(canvas, () => this.#draw());
  }

  /** @param {{ epoch: number, loss: number }[]} points @param {number} epochs of the whole training */
  show(points, epochs) {
    const stride = Math.ceil(points.length / mostPoints);
    const isShown = ({ loss }, i) => loss > 0 && (i % stride === 0 || i === points.length - 1);
    this.#points = points.filter(isShown);
    this.#epochs = Math.max(epochs, 2);
    this.#draw();
  }

  #draw() {
    const plot = openCanvas(this.#canvas);
    const box = { left: 52, top: 22, width: plot.width - 52 - 12, height: plot.height - 22 - 26 };
    if (this.#points.length === 0 || box.width <= 0) return;
    const losses = this.#points.map(({ loss }) => loss);
    const low = Math.min(...losses) / 1.3;
    const high = Math.max(...losses) * 1.3;
    const height = (loss) => Math.log(loss / low) / Math.log(high / low);
    const across = (epoch) => (epoch - 1) / (this.#epochs - 1);
    const epochs = linearTicks(1, this.#epochs, box.width / 60).filter(Number.isInteger);
    sideAxis(
      plot,
      box,
      lossTicks(low, high).map((loss) => ({ at: height(loss), text: scientific(loss) })),
      { grid: true },
    );
    plot.context.textAlign = 'left';
    plot.context.fillText('loss', 12, 10);
    bottomAxis(
      plot,
      box,
      epochs.map((epoch) => ({ at: across(epoch), text: `${epoch}` })),
      'epochs',
    );
    const place = ({ epoch, loss }) => [
      box.left + across(epoch) * box.width,
      box.top + (1 - height(loss)) * box.height,
    ];
    drawCurve(plot, this.#points.map(place));
  }
}

function drawCurve({ context, colour }, points) {
  context.strokeStyle = context.fillStyle = colour('accent');
  context.lineWidth = 2;
  context.lineJoin = 'round';
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.stroke();
  context.beginPath();
  context.arc(...points.at(-1), 4, 0, 2 * Math.PI);
  context.fill();
}
