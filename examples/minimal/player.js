// Plays samples.

let context = null;
let playing = null;

/** A button that plays and stops a sound, and a line that shows the time in its spectrogram. */
export class Player {
  #button;
  #playhead;
  #spectrogram;
  #sound = null;
  #source = null;

  /** @param {HTMLButtonElement} button @param {HTMLElement} playhead @param {import('../common/spectrogram.js').Spectrogram} spectrogram */
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
