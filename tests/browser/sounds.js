// Sounds for the tests, and measurements of sounds.
import { Stft } from '../../js/index.js';

/** A mono 16-bit WAV file. */
export function wav(samples, sampleRate) {
  const bytes = Buffer.alloc(44 + samples.length * 2);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(sampleRate, 24);
  bytes.writeUInt32LE(sampleRate * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((sample, i) => bytes.writeInt16LE(Math.round(sample * 32767), 44 + i * 2));
  return bytes;
}

export const sine = (seconds, sampleRate) =>
  Float32Array.from({ length: seconds * sampleRate }, (_, i) => 0.5 * Math.sin((2 * Math.PI * 440 * i) / sampleRate));

/** White noise: its level and spectrum do not change, nor do they in a good dream of it. */
export function noise(seconds, sampleRate) {
  let state = 1;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  return Float32Array.from({ length: seconds * sampleRate }, () => next() - 0.5);
}

export const rms = (samples) => Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);

const steps = (samples) => samples.subarray(1).map((sample, i) => sample - samples[i]);
const largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** The largest step from one sample to the next. */
export const largestStep = (samples) => largest(steps(samples));

/** The largest third difference: a click raises it as much as the largest step, but low partials hardly count. */
export const largestJolt = (samples) => largest(steps(steps(steps(samples))));

const size = 512;
const bins = size / 2 + 1;

/** Magnitudes `[frames][bins]` of frames that lie entirely in the sound. */
export async function framesOf(samples) {
  const stft = await Stft.create({ size, hop: size / 4, framing: 'none' });
  const { data } = stft.magnitudes(samples);
  stft.dispose();
  return Array.from({ length: data.length / bins }, (_, i) => data.subarray(i * bins, (i + 1) * bins));
}

const sum = (values) => values.reduce((total, value) => total + value, 0);

/** The mean of frames, bin by bin. */
export const meanFrame = (frames) =>
  Float64Array.from({ length: bins }, (_, bin) => sum(frames.map((frame) => frame[bin])) / frames.length);

/** The centre of a spectrum, as a share of the Nyquist frequency. */
export const centroid = (frame) => sum(frame.map((level, bin) => level * bin)) / sum(frame) / (bins - 1);

/** How much frames differ from the previous ones, as a share of their magnitudes. */
export function flux(frames) {
  const change = (frame, before) => sum(frame.map((level, bin) => Math.abs(level - before[bin])));
  return sum(frames.slice(1).map((frame, i) => change(frame, frames[i]))) / sum(frames.slice(1).map(sum));
}

/** The cosine between two spectra: 1 if they have the same shape. */
export function likeness(a, b) {
  const product = (x, y) => sum(x.map((value, i) => value * y[i]));
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}
