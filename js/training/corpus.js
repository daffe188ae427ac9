// Collects the clips of a training in its lead worker, each mixed to mono.

import { readBytes } from '../bytes.js';
import { LodestoneError } from '../errors.js';
import { refused, stftDefaults } from '../options.js';

/** @typedef {import('../wasm/memory.js').Core} Core */
/** @typedef {import('./audio.js').ClipShape} ClipShape */

/**
 * @param {Core} core
 * @param {ClipShape[]} shapes
 * @param {import('./inbox.js').Inbox} inbox receives the samples in the order in which `pour` sends them
 * @param {number} [givenRate] the caller's option
 * @returns {Promise<{clips: Float32Array[], sampleRate: number}>}
 */
export async function readCorpus(core, shapes, inbox, givenRate) {
  const clips = [];
  const rates = [];
  for (const shape of shapes) {
    const { samples, sampleRate } = 'file' in shape ? await readFile(core, shape.file) : await receive(shape, inbox);
    clips.push(samples);
    rates.push(sampleRate);
  }
  return { clips, sampleRate: commonRate(rates, givenRate) };
}

/**
 * @param {Core} core
 * @param {Blob} file
 */
async function readFile(core, file) {
  return core.readWav(await readBytes(file));
}

/**
 * The mean of the channels.
 * @param {Exclude<ClipShape, {file: Blob}>} shape
 * @param {import('./inbox.js').Inbox} inbox
 */
async function receive({ length, channels, sampleRate }, inbox) {
  const samples = new Float32Array(length);
  for (let channel = 0; channel < channels; ++channel) {
    for (let at = 0; at < length;) {
      /** @type {Float32Array} */
      const piece = await inbox.next();
      for (let i = 0; i < piece.length; ++i) samples[at + i] += piece[i];
      at += piece.length;
    }
  }
  if (channels > 1) for (let i = 0; i < length; ++i) samples[i] /= channels;
  return { samples, sampleRate };
}

/**
 * @param {(number | undefined)[]} rates of the clips, where known
 * @param {number} [given]
 */
function commonRate(rates, given) {
  const first = rates.findIndex((rate) => rate !== undefined);
  const own = rates[first];
  if (own === undefined) return given ?? stftDefaults.sampleRate;
  if (given !== undefined && given !== own) {
    throw refused('sampleRate', given, `${own}, the sample rate of the audio, which is not resampled`);
  }
  const other = rates.findIndex((rate) => rate !== undefined && rate !== own);
  if (other < 0) return own;
  throw new LodestoneError(
    'invalid-argument',
    `audio[${other}] has a sample rate of ${rates[other]}; allowed: ${own}, like audio[${first}]; nothing is resampled`,
  );
}
