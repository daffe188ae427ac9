// The spectrogram of the training sound as a touch pad: time runs to the right.
import { trainingLevels } from '../common/levels.js';
import { Spectrogram } from '../common/spectrogram.js';

const small = 0.01;
const large = 0.1;

/** A slider in the shape of a spectrogram. */
export class Pad {
  #part;
  #pad;
  #picture;
  #seconds = 0;
  #position = 0;
  #play;

  /**
   * @param {import('../common/part.js').Part} part
   * @param {(position: number) => void} play called with the position in the sound, 0 to 1, that was pressed
   */
  constructor(part, play) {
    this.#part = part;
    this.#pad = part.find('[role=slider]');
    this.#picture = new Spectrogram(part.canvas);
    this.#play = play;
    new ResizeObserver(() => this.#layOut()).observe(part.canvas);
    this.#pad.addEventListener('pointerdown', (event) => this.#press(event));
    this.#pad.addEventListener('pointermove', (event) => event.buttons & 1 && this.#playAt(event));
    this.#pad.addEventListener('keydown', (event) => this.#key(event));
  }

  /** @param {import('../../js/index.js').Magnet} model @param {string} name */
  async show(model, name) {
    const levels = await trainingLevels(model);
    this.#seconds = levels.seconds;
    this.#picture.show(levels);
    this.#part.describe(`Spectrogram of what ${name} has learned, ${levels.seconds.toFixed(1)} seconds`);
    this.position = this.#position;
  }

  get position() {
    return this.#position;
  }

  set position(position) {
    this.#position = position;
    this.#pad.firstElementChild.style.left = `${position * 100}%`;
    this.#pad.setAttribute('aria-valuenow', position.toFixed(3));
    const [at, end] = [position * this.#seconds, this.#seconds].map((seconds) => seconds.toFixed(1));
    this.#pad.setAttribute('aria-valuetext', `${at} of ${end} seconds`);
  }

  #layOut() {
    const { left, top, width, height } = this.#picture.box;
    this.#pad.style.cssText = `left: ${left}px; top: ${top}px; width: ${width}px; height: ${height}px`;
  }

  #press(event) {
    this.#pad.setPointerCapture(event.pointerId);
    this.#playAt(event);
  }

  #playAt({ clientX }) {
    const { left, width } = this.#pad.getBoundingClientRect();
    this.#play(within((clientX - left) / width));
  }

  #key(event) {
    const moves = { ArrowLeft: -small, ArrowDown: -small, ArrowRight: small, ArrowUp: small };
    const all = { ...moves, PageDown: -large, PageUp: large, Home: -1, End: 1, Enter: 0, ' ': 0 };
    if (!(event.key in all)) return;
    event.preventDefault();
    this.#play(within(this.#position + all[event.key]));
  }
}

const within = (position) => Math.min(Math.max(position, 0), 1);
