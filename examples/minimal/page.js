// The page: a sound, a training, a dream. The library does the work in Workers of its own.
import { LodestoneError, Magnet, wavBytes } from '../../js/index.js';
import { LossCurve } from './loss-curve.js';
import { Advice, decode, Player } from './sound.js';
import { Spectrogram } from './spectrogram.js';

const element = (selector) => document.querySelector(selector);
const number = (selector) => element(selector).valueAsNumber;
const text = (selector) => element(selector).value;

/** One of the page's three parts: what all of them have in common. */
class Part {
  constructor(selector) {
    this.root = element(selector);
    this.canvas = this.find('canvas');
    this.figure = this.find('figure');
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  say(message) {
    this.find('.message').textContent = message;
  }

  fail(error) {
    this.find('.error').textContent = error ? advice(error) : '';
  }

  /** Runs `task`; its failure becomes a sentence on the page. */
  async attempt(task) {
    this.fail(null);
    try {
      await task();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Like `attempt`, with the form locked and a stop button in the place of the start button; `task` gets an AbortSignal. */
  async work(stopButton, task) {
    const start = this.find('.primary');
    const stop = new AbortController();
    const abort = () => stop.abort();
    const busy = (on) => {
      const [leaving, coming] = on ? [start, stopButton] : [stopButton, start];
      const focused = document.activeElement === leaving || (on && this.find('form').contains(document.activeElement));
      this.find('.settings').disabled = on;
      this.find('.progress').hidden = !on;
      coming.hidden = false;
      if (focused) coming.focus();
      leaving.hidden = true;
    };
    this.progress(0, '');
    busy(true);
    stopButton.addEventListener('click', abort);
    await this.attempt(() => task(stop.signal));
    stopButton.removeEventListener('click', abort);
    busy(false);
  }

  progress(share, message) {
    this.find('progress').value = share;
    this.find('.progress p').textContent = message;
  }

  describe(label) {
    this.canvas.setAttribute('aria-label', label);
    this.figure.classList.remove('empty');
  }
}

/** What went wrong, as a sentence for the page. */
function advice(error) {
  if (error instanceof Advice) return error.message;
  if (error instanceof LodestoneError) return `${error.message[0].toUpperCase()}${error.message.slice(1)}.`;
  if (error.name === 'AbortError') return 'Stopped before there was anything to keep.';
  console.error(error);
  return `Something went wrong that should not: ${error.message}`;
}

const counted = (count, thing) => `${count} ${thing}${count === 1 ? '' : 's'}`;

const duration = (seconds) => {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
};

/** Makes an `<a>` save these bytes. */
function offer(link, bytes, type, name) {
  if (link.href) URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([bytes], { type }));
  link.download = name;
  link.hidden = false;
}

const stem = (name) => name.replace(/\.[^.]*$/, '');

// 1. A sound

const soundPart = new Part('#sound');
const soundPicture = new Spectrogram(soundPart.canvas);
const soundPlayer = new Player(element('#play-sound'), soundPart.find('.playhead'), soundPicture);
let sound = null;
let choices = 0;

const bundledSounds = document.querySelectorAll('[name=bundled]');

/** Shows the sound whose file `read` gets, unless another one is chosen meanwhile. */
function takeSound(name, read, bundled = '') {
  const choice = ++choices;
  return soundPart.attempt(async () => {
    const decoded = await decode(await read(), name);
    if (choice !== choices) return;
    await soundPicture.show(decoded.samples, decoded.sampleRate);
    sound = decoded;
    soundPlayer.load(sound);
    for (const radio of bundledSounds) radio.checked = radio.value === bundled;
    const seconds = (sound.samples.length / sound.sampleRate).toFixed(1);
    soundPart.describe(`Spectrogram of ${name}, ${seconds} seconds`);
    soundPart.find('.description').textContent = `${name} · ${seconds} s · ${sound.sampleRate.toLocaleString('en')} Hz`;
  });
}

function takeBundled(name) {
  const read = async () => {
    const response = await fetch(`../sounds/${name}.wav`);
    if (response.ok) return response.blob();
    throw new Advice(`The bundled sound ${name}.wav did not load. Reload the page, or choose a file of your own.`);
  };
  return takeSound(`${name}.wav`, read, name);
}

function takeOwn(file) {
  return takeSound(file.name, () => file);
}

for (const radio of bundledSounds) radio.addEventListener('change', () => takeBundled(radio.value));

// 2. Training

const trainingPart = new Part('#training');
const lossCurve = new LossCurve(trainingPart.canvas);
let model = null;
let modelName = '';

/** Puts a model in the place of the one before. */
function takeModel(next, name) {
  model?.dispose();
  model = next;
  modelName = stem(name);
  offer(element('#save-model'), model.toBytes(), 'application/octet-stream', `${modelName}.safetensors`);
  showLosses(model.losses, model.losses.length);
  if (element('#stop-generating').hidden) generationPart.find('.settings').disabled = false;
  element('#generate').disabled = false;
  generationPart.fail(null);
  generationPart.say(`Ready to dream with what “${name}” taught.`);
}

function showLosses(losses, epochs) {
  if (losses.length === 0) return;
  lossCurve.show(losses, epochs);
  trainingPart.describe(
    `Loss after ${counted(losses.length, 'epoch')}: ${losses.at(-1).toPrecision(3)}, ${losses[0].toPrecision(3)} at first`,
  );
}

/** Shows progress events; a new epoch adds a point to the curve. */
function trainingProgress() {
  const losses = [];
  return ({ epoch, epochs, step, steps, loss, secondsLeft }) => {
    if (epoch > losses.length) {
      losses.push(loss);
      showLosses(losses, epochs);
    }
    const left = Number.isFinite(secondsLeft) ? `${duration(secondsLeft)} left` : 'estimating the time left';
    trainingPart.progress(step / steps, `Epoch ${epoch} of ${epochs} · loss ${loss.toPrecision(3)} · ${left}`);
  };
}

async function train(signal) {
  if (!sound) throw new Advice('There is no sound to learn yet. Choose one above.');
  const { name } = sound;
  const epochs = number('#epochs');
  trainingPart.say('');
  const trained = await Magnet.train(sound, {
    epochs,
    layers: text('#layers').split(',').map(Number),
    sequence: number('#sequence'),
    batch: number('#batch'),
    learningRate: number('#learning-rate'),
    scale: text('#scale'),
    seed: number('#training-seed'),
    onProgress: trainingProgress(),
    signal,
    keepPartial: true,
  });
  takeModel(trained, name);
  const learned = trained.losses.length;
  const loss = learned > 0 ? ` The loss is ${trained.losses.at(-1).toPrecision(3)}.` : '';
  trainingPart.say(`${signal.aborted ? 'Stopped' : 'Done'} after ${learned} of ${epochs} epochs.${loss}`);
}

trainingPart.find('form').addEventListener('submit', (event) => {
  event.preventDefault();
  trainingPart.work(element('#stop-training'), train);
});

function loadModel(file) {
  return trainingPart.attempt(async () => {
    const loaded = await Magnet.load(file).catch((error) => {
      if (!(error instanceof LodestoneError)) throw error;
      throw new Advice(`“${file.name}” is not a model that Lodestone can play: ${error.message}.`);
    });
    takeModel(loaded, file.name);
    trainingPart.say(`“${file.name}” is loaded: ${counted(loaded.losses.length, 'epoch')} of training.`);
  });
}

// 3. Generation

const generationPart = new Part('#generation');
const resultPicture = new Spectrogram(generationPart.canvas);
const resultPlayer = new Player(element('#play-result'), generationPart.find('.playhead'), resultPicture);

/** Turns a sound down where it would clip; says by how many dB. */
function fitToFullScale({ samples }) {
  const peak = samples.reduce((largest, sample) => Math.max(largest, Math.abs(sample)), 0);
  if (peak <= 1) return '';
  samples.forEach((sample, i) => (samples[i] = sample / peak));
  return ` · turned down by ${(20 * Math.log10(peak)).toFixed(1)} dB so as not to clip`;
}

async function generate(signal) {
  const name = modelName; // another model may be loaded meanwhile
  const [seconds, seed] = [number('#seconds'), number('#seed')];
  generationPart.say('');
  const started = performance.now();
  const result = await model.generate({
    seconds,
    seed,
    position: number('#position'),
    randomness: number('#randomness'),
    mode: text('#mode'),
    phase: text('#phase'),
    onProgress: ({ progress }) => generationPart.progress(progress, `${Math.round(progress * 100)} %`),
    signal,
  });
  const took = (performance.now() - started) / 1000;
  const note = fitToFullScale(result);
  await resultPicture.show(result.samples, result.sampleRate);
  resultPlayer.load(result);
  generationPart.describe(`Spectrogram of the generated sound, ${seconds} seconds`);
  generationPart.find('.description').textContent = `${name}, seed ${seed} · ${seconds} s${note}`;
  const wav = await wavBytes(result.samples, result.sampleRate);
  offer(element('#save-sound'), wav, 'audio/wav', `${name}-seed-${seed}.wav`);
  const again =
    result.reseeds > 0 ? ` The network got stuck and was started again ${counted(result.reseeds, 'time')}.` : '';
  generationPart.say(`Made in ${took.toFixed(1)} s.${again}`);
}

generationPart.find('form').addEventListener('submit', (event) => {
  event.preventDefault();
  generationPart.work(element('#stop-generating'), generate);
});

for (const range of document.querySelectorAll('input[type=range]')) {
  const digits = range.step.split('.')[1].length;
  const show = () => (element(`output[for=${range.id}]`).value = range.valueAsNumber.toFixed(digits));
  range.addEventListener('input', show);
  show();
}

// Files, by choice or by dropping them anywhere

function takeFile(file) {
  return file.name.toLowerCase().endsWith('.safetensors') ? loadModel(file) : takeOwn(file);
}

for (const input of document.querySelectorAll('input[type=file]')) {
  input.addEventListener('change', () => {
    const [file] = input.files;
    if (file) (input.id === 'model-file' ? loadModel : takeOwn)(file);
    input.value = '';
  });
}

const dropping = (on) => document.body.classList.toggle('dropping', on);
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  dropping(true);
});
document.addEventListener('dragleave', (event) => event.relatedTarget ?? dropping(false));
document.addEventListener('drop', (event) => {
  event.preventDefault();
  dropping(false);
  const [file] = event.dataTransfer.files;
  if (file) takeFile(file);
});

element('[value=piano]').checked = true;
takeBundled('piano');
