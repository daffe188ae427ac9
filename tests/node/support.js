// Shared by the tests: the modules, the repository's sounds and vectors, comparisons.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Core } from '../../js/core.js';

export const root = new URL('../../', import.meta.url);
export const wasm = readFileSync(new URL('dist/lodestone.wasm', root));
export const module = new WebAssembly.Module(wasm);

export function newCore() {
  return new Core(module);
}

const analysisModule = new WebAssembly.Module(readFileSync(new URL('dist/analysis.wasm', root)));

/** An instance of analysis.wasm. */
export function newAnalysisCore() {
  return new Core(analysisModule);
}

/** @param {string} path inside the repository */
export function read(path) {
  return readFileSync(new URL(path, root));
}

/** The value of a finite float16 from its bits. */
function fromHalf(bits) {
  const exponent = (bits >> 10) & 31;
  const value = exponent === 0 ? (bits & 1023) * 2 ** -24 : (1 + (bits & 1023) / 1024) * 2 ** (exponent - 15);
  return bits >> 15 ? -value : value;
}

/** The tensors of a safetensors file of F32 and F16, by name; independent of the core's reader. */
export function readTensors(bytes) {
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
  const { __metadata__: metadata, ...entries } = header;
  const tensors = {};
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(entries)) {
    const part = bytes.subarray(8 + length + offsets[0], 8 + length + offsets[1]);
    const { buffer } = Uint8Array.from(part);
    const data = dtype === 'F16' ? Float32Array.from(new Uint16Array(buffer), fromHalf) : new Float32Array(buffer);
    tensors[name] = { shape, bytes: part, data };
  }
  return { metadata, tensors };
}

/** A decaying chord that changes, so that there is something to learn. */
export function chord(seconds, sampleRate = 8000) {
  return Float32Array.from({ length: Math.round(seconds * sampleRate) }, (_, i) => {
    const t = i / sampleRate;
    const base = 220 * (1 + Math.floor(t * 4) / 12);
    return 0.3 * Math.exp(-3 * (t % 0.25)) * (Math.sin(2 * Math.PI * base * t) + Math.sin(3 * Math.PI * base * t));
  });
}

/** Small and quick: trains in some milliseconds. */
export const tiny = { size: 128, hop: 64, sampleRate: 8000, layers: [8], sequence: 5, batch: 8 };

export function largestDifference(a, b) {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);
}

export function largest(values) {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

export function hash(array) {
  return createHash('sha256')
    .update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
    .digest('hex');
}
