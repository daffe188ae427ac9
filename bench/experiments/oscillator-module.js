// The oscillator as a bench module, for a scope in which nothing has run yet. A run is a number of samples, in whole
// blocks of 128. The first one is cold: `start` is the time in milliseconds for compiling and instantiating, which
// `milliseconds` does not include. Later ones are warm: they are repeated, and `milliseconds` is the mean.

import { readBytes } from '../../js/bytes.js';
import { stubs } from '../../js/wasm/loader.js';

const frequency = 440;
const sampleRate = 44100;
const blockLength = 128;
/** Tolerance of a sum of samples, which is at most 32: blocks have single precision, and phases accumulate rounding. */
const tolerance = 0.01;

/**
 * Appends a custom section with a random name, so that the engine has not compiled this module before.
 * @param {Uint8Array} bytes
 */
function madeUnknown(bytes) {
  const name = Uint8Array.from({ length: 16 }, () => 97 + Math.floor(26 * Math.random()));
  return Uint8Array.of(...bytes, 0, name.length + 1, name.length, ...name);
}

/** The C++ oscillator in JavaScript. */
function makeOscillator() {
  let phase = 0;
  return (/** @type {number} */ frequency) => {
    const sample = Math.sin(2 * Math.PI * phase);
    phase += frequency / sampleRate;
    if (phase >= 1) phase -= 1;
    return sample;
  };
}

/** @param {Uint8Array} bytes */
function instantiate(bytes) {
  const module = new WebAssembly.Module(/** @type {BufferSource} */ (bytes));
  const exports = /** @type {any} */ (new WebAssembly.Instance(module, stubs(module)).exports);
  exports._initialize?.();
  return exports;
}

/** Each returns a function that generates samples and returns their sum, with a loop that is compiled for it alone. */
/** @typedef {(samples: number) => number} Generate */

/** @type {Record<string, (bytes: Uint8Array) => Generate>} */
const ways = {
  'javascript, one call per sample'() {
    const next = makeOscillator();
    return (samples) => {
      let sum = 0;
      for (let i = 0; i < samples; ++i) sum += next(frequency);
      return sum;
    };
  },
  'wasm, one call per sample'(bytes) {
    const next = instantiate(bytes).oscillator_next;
    return (samples) => {
      let sum = 0;
      for (let i = 0; i < samples; ++i) sum += next(frequency);
      return sum;
    };
  },
  'wasm, one call per block'(bytes) {
    const { oscillator_block: nextBlock, memory } = instantiate(bytes);
    return (samples) => {
      let sum = 0;
      for (let done = 0; done < samples; done += blockLength) {
        const block = new Float32Array(memory.buffer, nextBlock(frequency), blockLength);
        for (let i = 0; i < blockLength; ++i) sum += block[i];
      }
      return sum;
    };
  },
};

/** Minimum number of samples in later runs, because clocks are coarse. */
const warmSamples = 1e6;

/** @type {Uint8Array} */
let bytes;
/** @type {Generate | undefined} */
let generate;
/** Samples so far. */
let generated = 0;

export function list() {
  return { version: '', flags: '', workloads: Object.keys(ways).map((name) => ({ name, unit: 'sample' })) };
}

export async function setup() {
  bytes = madeUnknown(await readBytes(new URL('../../build/wasm/lodestone-oscillator.wasm', import.meta.url)));
  generate = undefined;
  generated = 0;
  return { unitsPerRun: 1 };
}

/** @param {string} way @param {number} samples */
export function run(way, samples) {
  return generate ? warmRun(generate, samples) : coldRun(way, samples);
}

/** @param {string} way @param {number} samples */
function coldRun(way, samples) {
  const begin = performance.now();
  generate = ways[way](bytes);
  const ready = performance.now();
  const checksum = generate(samples);
  const end = performance.now();
  return { start: ready - begin, milliseconds: end - ready, ...judged(checksum, samples) };
}

/** @param {Generate} generate @param {number} samples */
function warmRun(generate, samples) {
  const repeats = Math.ceil(warmSamples / samples);
  let checksum = 0;
  const begin = performance.now();
  for (let i = 0; i < repeats; ++i) checksum = generate(samples);
  const milliseconds = (performance.now() - begin) / repeats;
  generated += (repeats - 1) * samples;
  return { milliseconds, ...judged(checksum, samples) };
}

/** Whether `checksum` is the sum of the latest `samples` samples. @param {number} checksum @param {number} samples */
function judged(checksum, samples) {
  const angle = (2 * Math.PI * frequency) / sampleRate;
  const first = (generated % sampleRate) * angle; // after this many samples the wave repeats
  const sum = (Math.sin((samples * angle) / 2) * Math.sin(first + ((samples - 1) * angle) / 2)) / Math.sin(angle / 2);
  generated += samples;
  return { checksum, ok: Math.abs(checksum - sum) < tolerance };
}
