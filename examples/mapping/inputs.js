import { Bars } from './bars.js';
import { sources } from './sources.js';

/** The list of inputs, each with a switch and a live meter. */
export class Inputs {
  #part;
  #changed;
  /** What is open, by the name of its source: its input, and what closes it. */
  #open = new Map();
  #meters = new Map();
  #mapping = null;

  /**
   * @param {import('../common/part.js').Part} part
   * @param {import('../../js/mapping/input.js').Input} pad which is always there
   * @param {() => void} changed called when inputs are added or removed
   */
  constructor(part, pad, changed) {
    this.#part = part;
    this.#changed = changed;
    this.#add('pad', 'Pad').checked = true;
    this.#open.set('pad', { input: pad });
    for (const [name, { title, open }] of Object.entries(sources)) this.#add(name, title, open);
  }

  /** The inputs that are open. */
  get chosen() {
    return [...this.#open.values()].map(({ input }) => input);
  }

  follow(mapping) {
    this.#mapping = mapping;
    for (const { input } of this.#open.values()) this.lose(input.name, mapping.lost.has(input.name));
  }

  /** Shows whether an input is lost. */
  lose(name, isLost, error) {
    const [source] = [...this.#open].find(([, { input }]) => input.name === name) ?? [];
    const card = this.#meters.get(source)?.card;
    card?.classList.toggle('lost', isLost);
    if (card) card.querySelector('small').textContent = isLost ? 'no signal' : '';
    if (error) this.#part.fail(error);
  }

  /** Draws the meters. */
  draw() {
    const values = this.#mapping.inputs;
    let at = 0;
    for (const [name, { input }] of this.#open) {
      const { bars } = this.#meters.get(name);
      bars.draw(values.subarray(at, (at += input.names.length)));
    }
  }

  #add(name, title, open) {
    const card = document.createElement('div');
    card.className = 'source';
    card.innerHTML = `<label><input type="checkbox" name="${name}" /> ${title}</label><small></small>
      <canvas class="bars" role="img" aria-label="${title}: live values"></canvas>`;
    this.#part.find('#sources').append(card);
    const box = card.querySelector('input');
    this.#meters.set(name, { card, bars: new Bars(card.querySelector('canvas')) });
    box.addEventListener('change', () => this.#part.attempt(() => this.#switch(box, open)));
    return box;
  }

  async #switch(box, open) {
    const { name } = box;
    if (name === 'pad') {
      box.checked = true;
      return this.#part.say('The pad is always there; an input that does not change counts for nothing.');
    }
    box.disabled = true;
    try {
      if (box.checked) this.#open.set(name, await open());
      else {
        this.#open.get(name).close?.();
        this.#open.delete(name);
      }
    } catch (error) {
      box.checked = false;
      throw error;
    } finally {
      box.disabled = false;
    }
    this.#part.say('The inputs have changed, so the takes begin anew.');
    this.#changed();
  }
}
