// Shared by all plots: a sharp canvas, colours from the style sheet, ticks and axes.

/**
 * Clears a canvas and fits its pixels to its size on the page. Lengths are then in CSS pixels.
 * @param {HTMLCanvasElement} canvas
 */
export function openCanvas(canvas) {
  const ratio = window.devicePixelRatio;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d');
  context.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  context.font = `12px ${style.fontFamily}`;
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  return { context, width, height, ratio, colour };
}

/** Calls `draw` when the size of the canvas or the colour scheme changes. */
export function redrawWhenNeeded(canvas, draw) {
  new ResizeObserver(draw).observe(canvas);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
}

/** Round numbers from `low` to `high`, at most `count` of them. */
export function linearTicks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high * (1 + 1e-9); ++i) ticks.push(i * step);
  return ticks;
}

/** 1, 2 and 5 times the powers of ten from `low` to `high`; if that is more than `count`, only powers, or every nth power. */
export function logTicks(low, high, count = 12) {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const inside = (tick) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9);
  const powers = Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
  const fine = powers.flatMap((power) => [power, 2 * power, 5 * power]).filter(inside);
  if (fine.length <= count) return fine;
  const coarse = powers.filter(inside);
  const stride = Math.ceil(coarse.length / count);
  return coarse.filter((_, i) => i % stride === 0);
}

/**
 * Ticks with text below a box.
 * @param {ReturnType<typeof openCanvas>} plot
 * @param {{ left: number, top: number, width: number, height: number }} box
 * @param {{ at: number, text: string }[]} ticks `at`: 0 .. 1 from left to right
 * @param {string} title of the axis
 */
export function bottomAxis({ context, colour }, box, ticks, title) {
  const y = box.top + box.height;
  context.strokeStyle = colour('line');
  context.fillStyle = colour('quiet');
  line(context, box.left, y, box.left + box.width, y);
  context.textAlign = 'center';
  context.textBaseline = 'top';
  const right = box.left + box.width;
  const titleWidth = context.measureText(title).width;
  for (const { at, text } of ticks) {
    const x = box.left + at * box.width;
    line(context, x, y, x, y + 4);
    if (x + context.measureText(text).width / 2 < right - titleWidth - 8) context.fillText(text, x, y + 7);
  }
  context.textAlign = 'right';
  context.fillText(title, right, y + 7);
}

/** Ticks with text to the left (`side` −1) or right (1) of a box, with grid lines across it if `grid` is set. */
export function sideAxis({ context, colour }, box, ticks, { side = -1, grid = false } = {}) {
  const x = side < 0 ? box.left : box.left + box.width;
  context.strokeStyle = colour('line');
  context.fillStyle = colour('quiet');
  context.textAlign = side < 0 ? 'right' : 'left';
  context.textBaseline = 'middle';
  for (const { at, text } of ticks) {
    const y = box.top + (1 - at) * box.height;
    line(context, x, y, x + side * 4, y);
    if (grid) line(context, box.left, y, box.left + box.width, y);
    context.fillText(text, x + side * 7, y);
  }
}

function line(context, x1, y1, x2, y2) {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}
