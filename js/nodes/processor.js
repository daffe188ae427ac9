/* global AudioWorkletProcessor */

/**
 * What processors extend. A Worker, which runs the same file, has none of that name.
 * @type {any}
 */
export const Processor = typeof AudioWorkletProcessor === 'function' ? AudioWorkletProcessor : Object;
