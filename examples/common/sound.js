// Decodes audio files.
import { Advice } from './words.js';

/** The sample rate of a WAV file; 44,100 Hz for other formats, whose rate browsers do not report. */
function sampleRateOf(bytes) {
  const view = new DataView(bytes);
  const text = (at) => (at + 4 <= view.byteLength ? String.fromCharCode(...new Uint8Array(bytes, at, 4)) : '');
  if (text(0) !== 'RIFF' || text(8) !== 'WAVE') return 44100;
  for (let at = 12; at + 16 <= view.byteLength; at += 8 + view.getUint32(at + 4, true)) {
    if (text(at) === 'fmt ') return view.getUint32(at + 12, true);
  }
  return 44100;
}

/** A context that decodes at this rate, or at 44,100 Hz if the browser does not support it. */
function decoderAt(sampleRate) {
  try {
    return new OfflineAudioContext(1, 1, sampleRate);
  } catch {
    return new OfflineAudioContext(1, 1, 44100);
  }
}

/**
 * Decodes an audio file in any format that the browser reads, mixed to mono.
 * @param {Blob} file @param {string} name for the error message
 * @returns {Promise<{ name: string, samples: Float32Array, sampleRate: number }>}
 */
export async function decode(file, name) {
  const bytes = await file.arrayBuffer();
  const buffer = await decoderAt(sampleRateOf(bytes))
    .decodeAudioData(bytes)
    .catch(() => {
      throw new Advice(`This browser cannot read “${name}” as a sound. Choose a WAV, FLAC, MP3, Ogg or M4A file.`);
    });
  const samples = new Float32Array(buffer.length);
  for (let channel = 0; channel < buffer.numberOfChannels; ++channel) {
    const values = buffer.getChannelData(channel);
    for (let i = 0; i < samples.length; ++i) samples[i] += values[i] / buffer.numberOfChannels;
  }
  return { name, samples, sampleRate: buffer.sampleRate };
}

/**
 * The file of a bundled sound.
 * @param {string} name `piano`, `drums` or `strings`
 */
export async function bundledSound(name) {
  const response = await fetch(new URL(`../sounds/${name}.wav`, import.meta.url));
  if (response.ok) return response.blob();
  throw new Advice(`The example sound ${name}.wav could not be loaded. Reload the page, or choose your own file.`);
}
