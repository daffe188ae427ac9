import { LodestoneError } from '../errors.js';
import * as options from '../options.js';

/**
 * Frames of magnitudes, `data[frame · bins + bin]`, or of complex numbers: `data[2 · (frame · bins + bin)]` is the real
 * part, followed by the imaginary part.
 * @typedef {object} Frames
 * @property {number} frames
 * @property {number} bins from DC to Nyquist: size / 2 + 1
 * @property {Float32Array} data
 * @property {number} [length] samples in the signal; 0 if unknown
 */

/**
 * Checks that the sizes of frames are consistent.
 * @param {string} name
 * @param {Frames} given
 * @param {number} bins expected
 * @param {1 | 2} parts floats per value
 * @param {number} [frames] expected
 */
export function checkFrames(name, given, bins, parts, frames = given?.frames) {
  const data = options.floats(`${name}.data`, given?.data);
  const length = given.length ?? 0;
  const whole = Number.isInteger(given.frames) && Number.isInteger(length) && given.frames >= 0 && length >= 0;
  if (whole && given.frames === frames && given.bins === bins && data.length === frames * bins * parts) {
    return { frames, bins, data, length };
  }
  throw new LodestoneError(
    'invalid-data',
    `${name} has ${given.frames} frames, ${given.bins} bins, ${data.length} values and length ${length}; ` +
      `expected: ${frames} frames, ${bins} bins, ${parts} values per bin`,
  );
}

/** @param {Float32Array[]} parts */
export function concatenate(parts) {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
