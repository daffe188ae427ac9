import { Player } from './player.js';

/** Plays samples, and shows the time as a line in their spectrogram. */
export class SoundPlayer extends Player {
  #playhead;
  #spectrogram;
  #sound = null;
  #source = null;

  /** @param {HTMLButtonElement} button @param {HTMLElement} playhead @param {import('../common/spectrogram.js').Spectrogram} spectrogram */
  constructor(button, playhead, spectrogram) {
    super(button);
    this.#playhead = playhead;
    this.#spectrogram = spectrogram;
  }

  /** @param {{ samples: Float32Array, sampleRate: number }} sound */
  load(sound) {
    this.stop();
    this.#sound = sound;
    this.button.disabled = false;
  }

  begin(context) {
    const { samples, sampleRate } = this.#sound;
    const buffer = new AudioBuffer({ length: samples.length, sampleRate });
    buffer.copyToChannel(samples, 0);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    source.addEventListener('ended', () => source === this.#source && this.stop());
    source.start();
    this.#source = source;
    this.#follow(source, context.currentTime, buffer.duration);
  }

  end() {
    this.#source?.disconnect();
    this.#source = null;
    this.#playhead.hidden = true;
  }

  #follow(source, start, duration) {
    if (source !== this.#source) return;
    const { left, top, width, height } = this.#spectrogram.box;
    const share = Math.min((source.context.currentTime - start) / duration, 1);
    this.#playhead.hidden = false;
    this.#playhead.style.cssText = `top: ${top}px; height: ${height}px; transform: translateX(${left + share * width}px)`;
    requestAnimationFrame(() => this.#follow(source, start, duration));
  }
}
