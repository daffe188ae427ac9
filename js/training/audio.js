// The audio that `Magnet.train` accepts, on the main thread, which only copies samples, a piece at a time, so that it
// never blocks. The worker mixes channels and reads WAV files; see corpus.js.

import { LodestoneError } from '../errors.js';
import { floats, stftDefaults } from '../options.js';

/**
 * The part of an AudioBuffer that is needed; its channels are mixed to mono.
 * @typedef {object} AudioBufferLike
 * @property {number} sampleRate
 * @property {number} numberOfChannels
 * @property {(channel: number) => Float32Array} getChannelData
 * @property {number} [length]
 * @property {(into: Float32Array<ArrayBuffer>, channel: number, at?: number) => void} [copyFromChannel]
 */

/** @typedef {AudioBufferLike | {samples: Float32Array, sampleRate?: number} | Float32Array | Blob} Clip */

/**
 * One sound, or a corpus of sounds with the same sample rate. A file is WAV or, in a browser, any format it can decode.
 * @typedef {Clip | Clip[]} Audio
 */

/**
 * A clip as described to the worker: a file to read there, or samples that arrive in pieces.
 * @typedef {{file: Blob} | {length: number, channels: number, sampleRate?: number}} ClipShape
 */

/**
 * @typedef {object} Source
 * @property {ClipShape} shape
 * @property {(into: Float32Array<ArrayBuffer>, channel: number, at: number) => void} [copy]
 */

/** Samples in a piece, and milliseconds of copying before other tasks get a turn. */
const pieceLength = 2 ** 15;
const patience = 3;

/**
 * @param {Audio | undefined} audio
 * @param {number} [sampleRate] for files that the browser decodes; by default that of the other clips
 * @returns {Promise<Source[]>}
 */
export async function openAudio(audio, sampleRate) {
  const isCorpus = Array.isArray(audio) && typeof audio[0] !== 'number';
  const clips = /** @type {any[]} */ (isCorpus ? audio : [audio]);
  if (clips.length === 0) throw new LodestoneError('invalid-argument', 'audio has no clips; allowed: 1 or more');
  const rate = sampleRate ?? clips.find((clip) => clip?.sampleRate)?.sampleRate ?? stftDefaults.sampleRate;
  const sources = [];
  for (const [i, clip] of clips.entries()) sources.push(await open(isCorpus ? `audio[${i}]` : 'audio', clip, rate));
  return sources;
}

/**
 * @param {string} name
 * @param {any} clip
 * @param {number} rate
 * @returns {Promise<Source>}
 */
async function open(name, clip, rate) {
  if (typeof clip?.getChannelData === 'function') return fromBuffer(clip);
  if (/ (Blob|File)]$/.test(Object.prototype.toString.call(clip))) return fromFile(name, clip, rate);
  if (clip?.samples !== undefined) return fromSamples(floats('samples', clip.samples), clip.sampleRate);
  return fromSamples(floats(name, clip));
}

/**
 * @param {Float32Array} samples
 * @param {number} [sampleRate]
 * @returns {Source}
 */
function fromSamples(samples, sampleRate) {
  const shape = { length: samples.length, channels: 1, sampleRate };
  return { shape, copy: (into, _, at) => into.set(samples.subarray(at, at + into.length)) };
}

/**
 * @param {AudioBufferLike} buffer
 * @returns {Source}
 */
function fromBuffer(buffer) {
  const { sampleRate, numberOfChannels: channels, length = buffer.getChannelData(0).length } = buffer;
  const shape = { length, channels, sampleRate };
  if (buffer.copyFromChannel) return { shape, copy: buffer.copyFromChannel.bind(buffer) };
  return {
    shape,
    copy: (into, channel, at) => into.set(buffer.getChannelData(channel).subarray(at, at + into.length)),
  };
}

/**
 * @param {string} name
 * @param {Blob} file
 * @param {number} rate
 * @returns {Promise<Source>}
 */
async function fromFile(name, file, rate) {
  const start = new TextDecoder('latin1').decode(await file.slice(0, 12).arrayBuffer());
  if (/^RIFF....WAVE/s.test(start) || typeof OfflineAudioContext === 'undefined') return { shape: { file } };
  try {
    const context = new OfflineAudioContext(1, 1, rate);
    return fromBuffer(await context.decodeAudioData(await file.arrayBuffer()));
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw new LodestoneError('invalid-data', `this browser cannot decode the file ${name}: ${message}`);
  }
}

/**
 * Sends the samples, clip by clip and channel by channel.
 * @param {Source[]} sources
 * @param {(samples: Float32Array<ArrayBuffer>) => void} send transfers the array
 */
export async function pour(sources, send) {
  let began = performance.now();
  for (const { shape, copy } of sources) {
    if (!copy || 'file' in shape) continue;
    for (let channel = 0; channel < shape.channels; ++channel) {
      for (let at = 0; at < shape.length; at += pieceLength) {
        const samples = new Float32Array(Math.min(pieceLength, shape.length - at));
        copy(samples, channel, at);
        send(samples);
        if (performance.now() - began < patience) continue;
        await new Promise((resolve) => setTimeout(resolve));
        began = performance.now();
      }
    }
  }
}
