// Which model plays: a bundled one, one from a file, the one from the training page, or one trained here.
import { Magnet } from '../../js/index.js';
import { offer } from '../common/files.js';
import { kept, openModel } from '../common/models.js';
import { Part } from '../common/part.js';
import { bundledSound, decode } from '../common/sound.js';
import { Advice, counted, stem, trainingEnd, trainingLine } from '../common/words.js';

export class ModelPart extends Part {
  #instrument;
  #play;
  #choices = 0;
  #ownSound = null;

  /** @param {import('./instrument.js').Instrument} instrument @param {import('./play-part.js').PlayPart} play */
  constructor(instrument, play) {
    super('#model');
    this.#instrument = instrument;
    this.#play = play;
    for (const radio of this.#radios()) radio.addEventListener('change', () => this.#openBundled(radio.value));
    this.find('form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.work(this.find('#stop-training'), (signal) => this.#train(signal));
    });
    this.find('#sound').addEventListener('change', () => (this.#ownSound = null));
    if (new URLSearchParams(location.search).get('model') === 'kept') this.#choose(kept);
    else this.#openBundled('responsive');
  }

  /** @param {File} file a model */
  open(file) {
    return this.#choose(() => ({ file, name: file.name }));
  }

  /** Chooses a file as the sound to train on. @param {File} file */
  learn(file) {
    this.find('#learn').open = true;
    return this.attempt(async () => {
      const sound = await decode(file, file.name);
      const select = this.find('#sound');
      select.querySelector('[value=own]')?.remove();
      select.add(new Option(file.name, 'own', true, true));
      this.#ownSound = sound;
    });
  }

  #radios() {
    return this.root.querySelectorAll('[name=bundled]');
  }

  #openBundled(name) {
    return this.#choose(async () => {
      const response = await fetch(new URL(`../models/${name}.safetensors`, import.meta.url));
      if (response.ok) return { file: await response.blob(), name, bundled: name };
      throw new Advice(`The example model could not be loaded. Reload the page, or load your own model.`);
    });
  }

  /** Plays the model in the file that `read` returns, unless another one is chosen meanwhile. */
  #choose(read) {
    const choice = ++this.#choices;
    return this.attempt(async () => {
      const { file, name, bundled } = await read();
      const model = await openModel(file, name);
      if (choice !== this.#choices) return;
      await this.#use(model, stem(name), bundled);
      this.say(`“${stem(name)}” is loaded: ${summary(model)}.`);
    });
  }

  async #use(model, name, bundled) {
    for (const radio of this.#radios()) radio.checked = radio.value === bundled;
    offer(this.find('#save-model'), model.toBytes(), 'application/octet-stream', `${name}.safetensors`);
    await this.#play.load(model, name);
  }

  async #train(signal) {
    const sound = this.#ownSound ?? (await this.#chosenSound());
    const epochs = this.find('#epochs').valueAsNumber || undefined; // the preset's
    const preset = this.find('#preset').value;
    const onProgress = (progress) => this.progress(progress.step / progress.steps, trainingLine(progress));
    const onModel = this.#listener(stem(sound.name));
    const model = await Magnet.train(sound, { preset, epochs, onProgress, onModel, signal });
    ++this.#choices;
    await this.#use(model, stem(sound.name));
    this.say(trainingEnd(model.losses, signal.aborted));
  }

  /** Plays the models of a training as they come, until another one is chosen. */
  #listener(name) {
    const choice = ++this.#choices;
    let playing = false;
    return (model) => {
      if (choice !== this.#choices) return;
      const first = !playing;
      playing = true;
      this.attempt(() => (first ? this.#use(model, name) : this.#instrument.improve(model)));
      this.say('Playing the model learned so far.');
    };
  }

  async #chosenSound() {
    const name = this.find('#sound').value;
    return decode(await bundledSound(name), `${name}.wav`);
  }
}

function summary({ config, losses }) {
  const { size, hop, sampleRate, layers } = config;
  const frames = `frames of ${size} samples every ${hop} at ${sampleRate.toLocaleString('en')} Hz`;
  return `${frames}, ${layers.join(' and ')} units, ${counted(losses.length, 'epoch')} of training`;
}
