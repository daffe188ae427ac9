// Shaping: knobs act immediately; settings need a new node, which then takes over.
import { Part } from '../common/part.js';
import { showKnobs } from './knobs.js';

export class ShapePart extends Part {
  #form;

  /** @param {import('./instrument.js').Instrument} instrument @param {import('./play-part.js').PlayPart} play */
  constructor(instrument, play) {
    super('#shape');
    showKnobs(this.find('#knobs'), (name, value) => {
      instrument.set(name, value);
      if (name === 'position') play.showPosition(value);
    });
    this.#form = this.find('#settings');
    const configure = () => this.attempt(() => instrument.configure(this.#settings()));
    this.#form.addEventListener('change', configure);
    this.#form.addEventListener('submit', (event) => event.preventDefault());
    configure();
  }

  #settings() {
    const { mode, phase, lookAhead, spread, engine, seed } = this.#form.elements;
    return {
      mode: mode.value,
      phase: phase.value,
      lookAhead: Number(lookAhead.value),
      spread: spread.value === 'yes',
      engine: engine.value,
      seed: seed.valueAsNumber,
    };
  }
}
