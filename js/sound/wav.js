import { readBytes } from '../bytes.js';
import { LodestoneError } from '../errors.js';
import { flag, floats, number, refused } from '../options.js';
import { localCore } from '../wasm/local-core.js';
import { prepare } from '../wasm/modules.js';

/**
 * Reads a WAV file and mixes its channels to mono.
 * @param {import('../bytes.js').BytesSource} source
 * @returns {Promise<{samples: Float32Array, sampleRate: number}>}
 */
export async function readWav(source) {
  const bytes = await readBytes(source);
  return (await localCore(prepare())).readWav(bytes);
}

/**
 * Makes a mono WAV file: 16-bit integers, or with `float` 32-bit floats, which preserve peaks above full scale.
 * @param {Float32Array} samples
 * @param {number} sampleRate in Hz
 * @param {{float?: boolean}} [options]
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function wavBytes(samples, sampleRate, { float = false } = {}) {
  const data = floats('samples', samples);
  const rate = Math.round(number('sampleRate', sampleRate));
  if (!(sampleRate >= 1 && sampleRate <= 768000)) throw refused('sampleRate', sampleRate, '1 to 768000');
  const isFloat = flag('float', float) !== 0;
  const frame = isFloat ? 4 : 2;
  const header = isFloat ? 58 : 44;
  const size = header + frame * data.length;
  if (size >= 2 ** 32) throw refused('samples', data.length, 'sounds that fit into a file of 4 GB');
  const view = new DataView(new ArrayBuffer(size));
  writeHeader(view, isFloat, rate, frame, data.length);
  for (let i = 0; i < data.length; ++i) {
    if (!Number.isFinite(data[i])) throw notFinite(i, data[i]);
    if (isFloat) view.setFloat32(header + 4 * i, data[i], true);
    else view.setInt16(header + 2 * i, toInt16(data[i]), true);
  }
  return new Uint8Array(view.buffer);
}

/**
 * The chunks of a mono file up to its samples.
 * @param {DataView} view
 * @param {boolean} isFloat
 * @param {number} rate
 * @param {number} frame bytes per sample
 * @param {number} count number of samples
 */
function writeHeader(view, isFloat, rate, frame, count) {
  let at = 0;
  const text = (/** @type {string} */ name) => {
    for (const letter of name) view.setUint8(at++, letter.charCodeAt(0));
  };
  const int = (/** @type {number} */ value) => view.setUint32((at += 4) - 4, value, true);
  const short = (/** @type {number} */ value) => view.setUint16((at += 2) - 2, value, true);
  text('RIFF');
  int(view.byteLength - 8);
  text('WAVEfmt ');
  int(isFloat ? 18 : 16);
  short(isFloat ? 3 : 1);
  short(1);
  int(rate);
  int(rate * frame);
  short(frame);
  short(8 * frame);
  if (isFloat) {
    short(0); // no extension
    text('fact');
    int(4);
    int(count);
  }
  text('data');
  int(count * frame);
}

/**
 * Halves are rounded to the even neighbour, as the C++ writer does.
 * @param {number} value
 */
function toInt16(value) {
  const scaled = 32768 * value;
  const rounded = Math.round(scaled);
  const even = rounded - scaled === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
  return Math.max(-32768, Math.min(32767, even));
}

/**
 * @param {number} index
 * @param {number} value
 */
function notFinite(index, value) {
  return new LodestoneError('invalid-data', `sample ${index} is ${value}; it must be finite`);
}
