// FFT and spectrum libraries: single real FFTs, and STFT magnitudes of 60 s with the loop that users write around them.
// `spectra.js?fft.js`, `?pffft-wasm`, `?essentia.js`, `?meyda`.

import { libraries } from './libraries.js';
import { benchModule, sum, versionOf } from './workloads.js';

const sampleRate = 44100;
const seconds = 60;
const sizes = [256, 512, 1024, 2048, 4096, 8192];
const framings = [
  { size: 2048, hop: 512 },
  { size: 512, hop: 128 },
];

/** Largest error relative to the largest magnitude: all but fft.js compute in single precision. */
const tolerance = 1e-4;

const variant = new URL(import.meta.url).search.slice(1);

export const { list, setup, run } = benchModule(async () => {
  const { name, load } = libraries[variant];
  const { flags, makeTransform, makeMagnitudes } = await load();
  const transforms = makeTransform ? sizes.map((size) => transformWorkload(size, makeTransform)) : [];
  const stfts = framings.map((framing) => stftWorkload(framing, makeMagnitudes));
  return { version: `${name} ${await versionOf(name)}`, flags, workloads: [...transforms, ...stfts] };
});

/** Noise in [−1, 1): a linear congruential generator (Numerical Recipes). */
function noise(length) {
  let state = 1;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
}

/** Whether bins spread over the spectrum are those of a plain double-precision Fourier sum over `frame`. */
function isSpectrum(magnitudes, frame) {
  const size = frame.length;
  const expected = (k) => {
    let [re, im] = [0, 0];
    frame.forEach((value, i) => {
      const angle = (2 * Math.PI * ((k * i) % size)) / size;
      re += value * Math.cos(angle);
      im -= value * Math.sin(angle);
    });
    return Math.hypot(re, im);
  };
  const allowed = tolerance * magnitudes.reduce((most, value) => Math.max(most, value), 0);
  const bins = [0, 1, size / 8, size / 4 + 1, size / 2 - 1];
  return bins.every((k) => Math.abs(magnitudes[k] - expected(k)) <= allowed);
}

function transformWorkload(size, makeTransform) {
  const input = noise(size);
  let made;
  return {
    name: `fft/${size}`,
    unit: 'transform',
    setup: () => void (made = makeTransform(input)),
    step: () => void made.transform(),
    check: () => isSpectrum(made.magnitudes(), input),
    checksum: () => sum(made.magnitudes()),
  };
}

/** Framed like our own Stft: a periodic Hann window as long as the FFT, frames centred, the ends mirrored. */
function stftWorkload({ size, hop }, makeMagnitudes) {
  let signal;
  let window;
  let magnitudesOf;
  const frameAt = (padded, at, frame) => {
    for (let i = 0; i < size; ++i) frame[i] = padded[at + i] * window[i];
    return frame;
  };
  return {
    name: `stft-magnitudes/${size}-${hop}`,
    unit: 'minute of sound',
    setup() {
      signal = noise(seconds * sampleRate);
      window = Float32Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
      magnitudesOf = makeMagnitudes(size);
    },
    step() {
      const padded = mirrored(signal, size / 2);
      const frames = 1 + Math.floor(signal.length / hop);
      const bins = size / 2 + 1;
      const result = new Float32Array(frames * bins);
      const frame = new Float32Array(size);
      for (let m = 0; m < frames; ++m) magnitudesOf(frameAt(padded, m * hop, frame), result, m * bins);
      return { result, bins, frames };
    },
    check: ({ result, bins, frames }) =>
      [0, 7, frames - 1].every((m) => {
        const frame = frameAt(mirrored(signal, size / 2), m * hop, new Float32Array(size));
        return isSpectrum(result.subarray(m * bins, (m + 1) * bins), frame);
      }),
    checksum: ({ result }) => sum(result),
  };
}

function mirrored(signal, margin) {
  const padded = new Float32Array(signal.length + 2 * margin);
  padded.set(signal, margin);
  for (let i = 1; i <= margin; ++i) {
    padded[margin - i] = signal[i];
    padded[margin + signal.length - 1 + i] = signal[signal.length - 1 - i];
  }
  return padded;
}
