import { readBytes } from '../bytes.js';
import { completeCore } from '../wasm/local-core.js';

/**
 * Reads a WAV file and mixes its channels to mono.
 * @param {import('../bytes.js').BytesSource} source
 * @returns {Promise<{samples: Float32Array, sampleRate: number}>}
 */
export async function readWav(source) {
  const bytes = await readBytes(source);
  return (await completeCore()).readWav(bytes);
}

/**
 * Makes a mono WAV file: 16-bit integers, or with `float` 32-bit floats, which preserve peaks above full scale.
 * @param {Float32Array} samples
 * @param {number} sampleRate in Hz
 * @param {{float?: boolean}} [options]
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function wavBytes(samples, sampleRate, { float = false } = {}) {
  return (await completeCore()).writeWav(samples, sampleRate, float);
}
