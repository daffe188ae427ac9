import { counted } from '../common/words.js';

const rowRate = 100;

/** The list of takes: each can be played back and deleted. */
export class Takes {
  #root;
  #outputs;
  #mapping = null;
  #timer;

  /**
   * @param {HTMLElement} root
   * @param {import('./outputs.js').Outputs} outputs
   */
  constructor(root, outputs) {
    this.#root = root;
    this.#outputs = outputs;
  }

  follow(mapping) {
    this.#mapping = mapping;
    clearInterval(this.#timer);
  }

  list() {
    this.#root.replaceChildren(...this.#mapping.takes.map((take, i) => this.#entry(take, i)));
  }

  #entry({ rows, targets, label }, i) {
    const item = document.createElement('li');
    const what = label ? `gesture “${label}”` : 'a sound';
    item.innerHTML = `<span>Take ${i + 1}: ${what}, ${(rows / rowRate).toFixed(1)} s (${counted(rows, 'row')})</span>`;
    if (!label) item.append(button('Play back', `Play back take ${i + 1}`, () => this.#play(targets, rows)));
    item.append(button('Delete', `Delete take ${i + 1}`, () => this.#mapping.remove(i)));
    return item;
  }

  /** Lets the outputs be as they were in the take, for as long as it lasted. */
  #play(targets, rows) {
    clearInterval(this.#timer);
    const width = targets.length / rows;
    const began = performance.now();
    this.#timer = setInterval(() => {
      const row = Math.floor(((performance.now() - began) * rowRate) / 1000);
      if (row >= rows) return clearInterval(this.#timer);
      this.#outputs.hold(targets.subarray(row * width, (row + 1) * width));
    }, 1000 / rowRate);
  }
}

function button(text, label, click) {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = text;
  made.ariaLabel = label;
  made.addEventListener('click', click);
  return made;
}
