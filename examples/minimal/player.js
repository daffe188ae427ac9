// What the Play buttons share: a context, and that one thing plays at a time.

let context = null;
let playing = null;

/** The context of the whole page. It runs once this has been called after a click: browsers allow no sound before. */
export function openContext() {
  context ??= new AudioContext();
  context.resume();
  return context;
}

/** A button that plays and stops something. Subclasses begin and end it. */
export class Player {
  /** @param {HTMLButtonElement} button */
  constructor(button) {
    this.button = button;
    button.addEventListener('click', () => (this.playing ? this.stop() : this.play()));
  }

  get playing() {
    return playing === this;
  }

  play() {
    playing?.stop();
    playing = this;
    this.button.textContent = 'Stop';
    this.begin(openContext());
  }

  stop() {
    if (this.playing) playing = null;
    this.button.textContent = 'Play';
    this.end();
  }
}
