/* global AudioWorkletProcessor */

/**
 * The base class of processors. A Worker, which runs the same file, has no AudioWorkletProcessor.
 * @type {any}
 */
export const Processor = typeof AudioWorkletProcessor === 'function' ? AudioWorkletProcessor : Object;
