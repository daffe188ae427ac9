import { shareOf, valueAt } from './sounds.js';

/** The outputs: a slider each, and whether it is taught and played. */
export class Outputs {
  #root;
  #mapping = null;
  #rows = [];

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
  }

  /** @param {import('./sounds.js').PlayableSound['outputs']} outputs */
  show(outputs) {
    this.#rows = Object.entries(outputs).map(([name, output]) => {
      const card = document.createElement('div');
      card.className = 'output';
      card.innerHTML = `<span>${name}</span>
        <label><input type="checkbox" name="recording" checked /> teach</label>
        <label><input type="checkbox" name="running" checked /> play</label>
        <input type="range" min="0" max="1" step="0.001" aria-label="${name}" />`;
      const slider = card.querySelector('[type=range]');
      slider.addEventListener('input', () => this.#set(name, output, slider.valueAsNumber));
      for (const box of card.querySelectorAll('[type=checkbox]')) {
        box.addEventListener('change', () => this.#mapping?.mute(name, { [box.name]: !box.checked }));
      }
      return { name, output, slider, card };
    });
    this.#root.replaceChildren(...this.#rows.map(({ card }) => card));
    this.read();
  }

  follow(mapping) {
    this.#mapping = mapping;
    for (const { name, card } of this.#rows) {
      for (const box of card.querySelectorAll('[type=checkbox]')) mapping.mute(name, { [box.name]: !box.checked });
    }
  }

  /** Reads the parameters. */
  read() {
    for (const { output, slider } of this.#rows) slider.value = shareOf(output, output.param.value);
  }

  /** While the mapping plays, the sliders show it. */
  draw(isRunning) {
    if (!isRunning) return;
    this.#rows.forEach(({ slider }, k) => {
      const value = this.#mapping.values[k];
      if (Number.isFinite(value) && document.activeElement !== slider) slider.value = value;
    });
  }

  /** Holds shares of the outputs' ranges. @param {ArrayLike<number>} shares */
  hold(shares) {
    const values = this.#rows.map(({ name, output }, k) => [name, valueAt(output, shares[k])]);
    this.#mapping.set(Object.fromEntries(values.filter(([, value]) => Number.isFinite(value))));
    this.read();
  }

  #set(name, output, share) {
    this.#mapping?.set({ [name]: valueAt(output, share) });
  }
}
