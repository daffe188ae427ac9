import { CoreLumaGrid } from '../wasm/luma-grid.js';
import { Instance } from '../wasm/instance.js';
import { openWriter } from './latest.js';

/** Formats whose first plane is the luma. */
const hasLuma = /^(I4|NV)/;

/** Looks at a camera's pictures in a Worker and passes on what they show. */
export class Eye {
  #grid;
  #writer;
  /** @type {OffscreenCanvasRenderingContext2D | null} */
  #canvas = null;
  /** Sums of ms for each stage; `seen`: when the last values were passed on. */
  #timings = { frames: 0, copy: 0, grid: 0, pass: 0, seen: 0 };

  /**
   * @param {WebAssembly.Module} module
   * @param {[columns: number, rows: number]} grid
   * @param {import('./latest.js').End} end where the values go
   */
  constructor(module, [columns, rows], end) {
    this.#grid = new CoreLumaGrid(new Instance(module), columns, rows);
    this.#writer = openWriter(end, this.#grid.length);
  }

  /** The timings since this was last called. */
  timings() {
    const timings = this.#timings;
    this.#timings = { frames: 0, copy: 0, grid: 0, pass: 0, seen: 0 };
    return timings;
  }

  /**
   * Sees every frame until the stream ends.
   * @param {ReadableStream<VideoFrame>} frames
   */
  async watch(frames) {
    const reader = frames.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      await this.see(value);
    }
  }

  /** @param {VideoFrame} frame which is closed: a camera stops when three are open */
  async see(frame) {
    try {
      const began = performance.now();
      const { width, height } = /** @type {DOMRectReadOnly} */ (frame.visibleRect);
      const isLuma = hasLuma.test(frame.format ?? '');
      // All planes are copied, since `copyTo` cannot leave any out.
      const options = isLuma ? {} : { format: /** @type {VideoPixelFormat} */ ('RGBA') };
      const room = this.#grid.room(frame.allocationSize(options));
      const [{ offset, stride }] = await frame.copyTo(room, options);
      this.#pass(began, this.#timed(offset, width, height, stride, isLuma ? 1 : 4));
    } finally {
      frame.close();
    }
  }

  /** @param {ImageBitmap} bitmap for browsers that have no VideoFrame */
  async seeBitmap(bitmap) {
    const began = performance.now();
    const { width, height } = bitmap;
    const canvas = (this.#canvas ??= /** @type {OffscreenCanvasRenderingContext2D} */ (
      new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
    ));
    canvas.drawImage(bitmap, 0, 0);
    bitmap.close();
    const { data } = canvas.getImageData(0, 0, width, height);
    this.#grid.room(data.length).set(data);
    this.#pass(began, this.#timed(0, width, height, 4 * width, 4));
  }

  /** @param {Parameters<CoreLumaGrid['see']>} picture */
  #timed(...picture) {
    const copied = performance.now();
    return { copied, values: this.#grid.see(...picture) };
  }

  /**
   * @param {number} began
   * @param {{copied: number, values: Float32Array}} seen
   */
  #pass(began, { copied, values }) {
    const gridded = performance.now();
    this.#writer.write(values);
    const timings = this.#timings;
    timings.seen = performance.now();
    timings.frames += 1;
    timings.copy += copied - began;
    timings.grid += gridded - copied;
    timings.pass += timings.seen - gridded;
  }
}
