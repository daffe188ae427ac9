// The data of a spectrogram: levels in time and frequency.
import { Stft } from '../../js/index.js';

export const floor = -80; // dB relative to the maximum
const mostColumns = 1024;

/**
 * @typedef {object} Levels
 * @property {Float32Array} values `[columns][bins]` in dB; 0 is the maximum, nothing is below `floor`
 * @property {number} columns
 * @property {number} bins from 0 Hz to `nyquist`
 * @property {number} nyquist in Hz
 * @property {number} seconds
 */

function decibels(magnitudes) {
  const loudest = magnitudes.reduce((a, b) => Math.max(a, b), 1e-9);
  return magnitudes.map((magnitude) => Math.max(20 * Math.log10(magnitude / loudest), floor));
}

/**
 * The levels of a sound. One FFT per column whatever the length, so an hour costs as much as a second.
 * @param {{ samples: Float32Array, sampleRate: number }} sound
 * @returns {Promise<Levels>}
 */
export async function soundLevels({ samples, sampleRate }) {
  const size = 2048;
  const columns = mostColumns;
  const pieces = new Float32Array(columns * size);
  for (let column = 0; column < columns; ++column) {
    const start = Math.round(((column + 0.5) / columns) * samples.length - size / 2);
    const piece = samples.subarray(Math.max(start, 0), Math.max(start + size, 0));
    pieces.set(piece, column * size + Math.max(-start, 0));
  }
  const stft = await Stft.create({ size, hop: size, framing: 'none' });
  const { data } = stft.magnitudes(pieces);
  stft.dispose();
  const bins = size / 2 + 1;
  return { values: decibels(data), columns, bins, nyquist: sampleRate / 2, seconds: samples.length / sampleRate };
}

/**
 * The levels of a model's training frames.
 * @param {import('../../js/index.js').Magnet} model
 * @returns {Promise<Levels>}
 */
export async function trainingLevels(model) {
  const { data, frames, bins } = await model.trainingFrames();
  const columns = Math.min(frames, mostColumns);
  const shown = new Float32Array(columns * bins);
  for (let column = 0; column < columns; ++column) {
    const frame = Math.floor(((column + 0.5) / columns) * frames);
    shown.set(data.subarray(frame * bins, (frame + 1) * bins), column * bins);
  }
  const { sampleRate, hop } = model.config;
  return { values: decibels(shown), columns, bins, nyquist: sampleRate / 2, seconds: (frames * hop) / sampleRate };
}
