import { Handle } from './handle.js';

/** @typedef {import('./instance.js').Instance} Instance */

/**
 * What a stream of pictures shows, in few numbers.
 * @extends {Handle<Instance>}
 */
export class CoreLumaGrid extends Handle {
  #pixels = 0;
  #room = 0;

  /**
   * @param {Instance} core
   * @param {number} columns
   * @param {number} rows
   */
  constructor(core, columns, rows) {
    super(core, 'luma_grid', core.abi.lodestone_luma_grid_create(columns, rows));
    this.length = 2 * columns * rows + 4;
  }

  /**
   * Where the bytes of a picture go before `see`.
   * @param {number} size
   */
  room(size) {
    const { abi } = this.core;
    if (size > this.#room) {
      abi.lodestone_free(this.#pixels);
      this.#pixels = abi.lodestone_alloc(size) >>> 0;
      this.#room = this.#pixels === 0 ? 0 : size;
      if (this.#pixels === 0) throw this.core.failure();
    }
    return new Uint8Array(abi.memory.buffer, this.#pixels, size);
  }

  /**
   * Looks at the picture in the room.
   * @param {number} offset of its first pixel
   * @param {number} width
   * @param {number} height
   * @param {number} stride bytes from one row to the next
   * @param {1 | 4} step bytes of a pixel: its luma, or red, green, blue and anything
   * @returns {Float32Array} see LumaGrid in luma_grid.hpp; a view that the next picture overwrites
   */
  see(offset, width, height, stride, step) {
    const { abi } = this.core;
    abi.lodestone_luma_grid_see(this.pointer, this.#pixels + offset, width, height, stride, step);
    return new Float32Array(abi.memory.buffer, abi.lodestone_luma_grid_values(this.pointer) >>> 0, this.length);
  }

  dispose() {
    this.core.abi.lodestone_free(this.#pixels);
    this.#pixels = this.#room = 0;
    super.dispose();
  }
}
