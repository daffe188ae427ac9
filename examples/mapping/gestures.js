/** How long a gesture that was spotted is shown, in ms. */
const shown = 600;

/** A progress bar for each gesture. */
export class Gestures {
  #bars;
  #mapping = null;

  /**
   * @param {HTMLElement} root
   * @param {string[]} labels
   */
  constructor(root, labels) {
    this.#bars = labels.map((label) => {
      const card = document.createElement('div');
      card.className = 'gesture';
      card.innerHTML = `<span>${label}</span><progress max="1" value="0" aria-label="Progress of ${label}"></progress>`;
      root.append(card);
      return { label, card, bar: card.querySelector('progress') };
    });
  }

  follow(mapping) {
    this.#mapping = mapping;
  }

  draw() {
    const { states } = this.#mapping;
    this.#bars.forEach(({ bar }, i) => (bar.value = states[i].progress));
  }

  /** @param {string} label of a gesture that has just ended */
  spot(label) {
    const { card } = this.#bars.find((bar) => bar.label === label);
    card.classList.add('spotted');
    setTimeout(() => card.classList.remove('spotted'), shown);
  }
}
