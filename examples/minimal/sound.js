// Files to samples, samples to the loudspeaker.

/** A failure whose message tells the reader of the page what to do. */
export class Advice extends Error {}

/** The sample rate that a WAV file names; 44,100 Hz for other files, whose browsers do not tell. */
function sampleRateOf(bytes) {
  const view = new DataView(bytes);
  const text = (at) => (at + 4 <= view.byteLength ? String.fromCharCode(...new Uint8Array(bytes, at, 4)) : '');
  if (text(0) !== 'RIFF' || text(8) !== 'WAVE') return 44100;
  for (let at = 12; at + 16 <= view.byteLength; at += 8 + view.getUint32(at + 4, true)) {
    if (text(at) === 'fmt ') return view.getUint32(at + 12, true);
  }
  return 44100;
}

/** A context that decodes at that rate, or at 44,100 Hz where the browser does not take it. */
function decoderAt(sampleRate) {
  try {
    return new OfflineAudioContext(1, 1, sampleRate);
  } catch {
    return new OfflineAudioContext(1, 1, 44100);
  }
}

/**
 * Decodes an audio file in whatever format the browser reads, mixed to mono.
 * @param {Blob} file @param {string} name for the message of the error
 * @returns {Promise<{ name: string, samples: Float32Array, sampleRate: number }>}
 */
export async function decode(file, name) {
  const bytes = await file.arrayBuffer();
  const buffer = await decoderAt(sampleRateOf(bytes))
    .decodeAudioData(bytes)
    .catch(() => {
      throw new Advice(
        `“${name}” is not a sound that this browser can read. Choose a WAV, FLAC, MP3, Ogg or M4A file.`,
      );
    });
  const samples = new Float32Array(buffer.length);
  for (let channel = 0; channel < buffer.numberOfChannels; ++channel) {
    const values = buffer.getChannelData(channel);
    for (let i = 0; i < samples.length; ++i) samples[i] += values[i] / buffer.numberOfChannels;
  }
  return { name, samples, sampleRate: buffer.sampleRate };
}

let context = null;
let playing = null;

/** A button that plays and stops a sound, and the line that runs over its picture meanwhile. */
export class Player {
  #button;
  #playhead;
  #spectrogram;
  #sound = null;
  #source = null;

  /** @param {HTMLButtonElement} button @param {HTMLElement} playhead @param {import('./spectrogram.js').Spectrogram} spectrogram */
  constructor(button, playhead, spectrogram) {
    this.#button = button;
    this.#playhead = playhead;
    this.#spectrogram = spectrogram;
    button.addEventListener('click', () => (this.#source ? this.stop() : this.play()));
  }

  /** @param {{ samples: Float32Array, sampleRate: number }} sound */
  load(sound) {
    this.stop();
    this.#sound = sound;
    this.#button.disabled = false;
  }

  async play() {
    playing?.stop();
    playing = this;
    const { samples, sampleRate } = this.#sound;
    context ??= new AudioContext();
    const buffer = new AudioBuffer({ length: samples.length, sampleRate });
    buffer.copyToChannel(samples, 0);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    source.addEventListener('ended', () => source === this.#source && this.stop());
    this.#source = source;
    this.#button.textContent = 'Stop';
    await context.resume();
    source.start();
    this.#follow(source, context.currentTime, buffer.duration);
  }

  stop() {
    this.#source?.disconnect();
    this.#source = null;
    this.#button.textContent = 'Play';
    this.#playhead.hidden = true;
  }

  #follow(source, start, duration) {
    if (source !== this.#source) return;
    const { left, top, width, height } = this.#spectrogram.box;
    const share = Math.min((context.currentTime - start) / duration, 1);
    this.#playhead.hidden = false;
    this.#playhead.style.cssText = `top: ${top}px; height: ${height}px; transform: translateX(${left + share * width}px)`;
    requestAnimationFrame(() => this.#follow(source, start, duration));
  }
}
