// The page: choose a sound, train on it and hear what has been learned so far, generate. The library works in its own Workers.
import { Magnet, wavBytes } from '../../js/index.js';
import { offer, takeFiles } from '../common/files.js';
import { soundLevels } from '../common/levels.js';
import { isModel, keep, openModel } from '../common/models.js';
import { Part } from '../common/part.js';
import { bundledSound, decode } from '../common/sound.js';
import { Spectrogram } from '../common/spectrogram.js';
import { Advice, counted, stem, trainingEnd, trainingLine } from '../common/words.js';
import { DreamPlayer } from './dream-player.js';
import { LossCurve } from './loss-curve.js';
import { SoundPlayer } from './sound-player.js';

const element = (selector) => document.querySelector(selector);
const number = (selector) => element(selector).valueAsNumber;
const text = (selector) => element(selector).value;
/** A number that the library chooses if the field is empty. */
const optional = (selector) => (text(selector) === '' ? undefined : number(selector));

// 1. Sound

const soundPart = new Part('#sound');
const soundPicture = new Spectrogram(soundPart.canvas);
const soundPlayer = new SoundPlayer(element('#play-sound'), soundPart.find('.playhead'), soundPicture);
let sound = null;
let choices = 0;

const bundledSounds = document.querySelectorAll('[name=bundled]');

/** Shows the sound in the file that `read` returns, unless another one is chosen meanwhile; returns whether it did. */
async function takeSound(name, read, bundled = '') {
  const choice = ++choices;
  let taken = false;
  await soundPart.attempt(async () => {
    const decoded = await decode(await read(), name);
    if (choice !== choices) return;
    soundPicture.show(await soundLevels(decoded));
    sound = decoded;
    soundPlayer.load(sound);
    for (const radio of bundledSounds) radio.checked = radio.value === bundled;
    const seconds = (sound.samples.length / sound.sampleRate).toFixed(1);
    soundPart.describe(`Spectrogram of ${name}, ${seconds} seconds`);
    soundPart.find('.description').textContent = `${name} · ${seconds} s · ${sound.sampleRate.toLocaleString('en')} Hz`;
    taken = true;
  });
  return taken;
}

function takeBundled(name) {
  return takeSound(`${name}.wav`, () => bundledSound(name), name);
}

/** One's own sound is learned at once. */
async function takeOwn(file) {
  if (!(await takeSound(file.name, () => file))) return;
  const own = sound;
  await stopTraining();
  if (sound === own) startTraining(train);
}

for (const radio of bundledSounds) radio.addEventListener('change', () => takeBundled(radio.value));

// 2. Training

const trainingPart = new Part('#training');
const lossCurve = new LossCurve(trainingPart.canvas);
const dreamPlayer = new DreamPlayer(element('#play-dream'), (error) => trainingPart.fail(error));
const learned = 100; // epochs after which it sounds like what it learns
let model = null;
let modelName = '';

/** Offers the sound of a model. @param {boolean} starts whether it may begin by itself */
function hear(next, name, starts) {
  dreamPlayer.take(next, starts);
  trainingPart.find('.description').textContent = `${stem(name)} after ${counted(next.losses.length, 'epoch')}`;
}

/** Replaces the current model. */
function takeModel(next, name, starts) {
  model = next;
  modelName = stem(name);
  hear(model, name, starts);
  offer(element('#save-model'), model.toBytes(), 'application/octet-stream', `${modelName}.safetensors`);
  offerToPlay();
  showLosses(
    model.losses.map((loss, i) => ({ epoch: i + 1, loss })),
    model.losses.length,
  );
  if (element('#stop-generating').hidden) generationPart.find('.settings').disabled = false;
  element('#generate').disabled = false;
  generationPart.fail(null);
  generationPart.say(`Ready to generate with the model of “${name}”.`);
}

/** Stores the model where the instrument page finds it under the name `kept`. */
async function offerToPlay() {
  const link = element('#play-model');
  link.hidden = true;
  await keep(model.toBytes(), modelName);
  link.hidden = false;
}

function showLosses(points, epochs) {
  if (points.length === 0) return;
  lossCurve.show(points, epochs);
  const [{ loss: first }, { loss: last, epoch }] = [points[0], points.at(-1)];
  trainingPart.describe(
    `Loss after ${counted(epoch, 'epoch')}: ${last.toPrecision(3)}, ${first.toPrecision(3)} at first`,
  );
}

/** Shows progress events; the first one in each epoch adds a point to the curve. */
function trainingProgress() {
  const points = [];
  return (progress) => {
    const { epoch, epochs, step, steps, loss } = progress;
    if (epoch > (points.at(-1)?.epoch ?? 0)) {
      points.push({ epoch, loss });
      showLosses(points, epochs);
    }
    trainingPart.progress(step / steps, trainingLine(progress));
  };
}

const pauseButton = element('#pause-training');
const tryButton = element('#try-model');

/** Shows the buttons that pause a training and try its model so far; returns a function that hides them. */
function offerMeanwhile(training, name) {
  let paused = false;
  const press = (on) => {
    paused = on;
    pauseButton.textContent = paused ? 'Continue' : 'Pause';
  };
  press(false);
  pauseButton.onclick = () => {
    press(!paused);
    if (paused) training.pause();
    else training.resume();
  };
  tryButton.onclick = () => trainingPart.attempt(async () => takeModel(await training.snapshot(), name, true));
  const show = (on) => (pauseButton.hidden = tryButton.hidden = !on);
  show(true);
  return () => show(false);
}

async function train(signal) {
  if (!sound) throw new Advice('Choose a sound first.');
  const { name } = sound;
  const training = Magnet.train(sound, {
    epochs: optional('#epochs'),
    layers: text('#layers').split(',').map(Number),
    sequence: number('#sequence'),
    batch: number('#batch'),
    learningRate: optional('#learning-rate'),
    scale: text('#scale'),
    seed: number('#training-seed'),
    checkpoint: stem(name)
      .replace(/[^\w-]/g, '-')
      .slice(0, 64),
    ...following(name, signal),
  });
  await follow(training, name, signal);
}

const following = (name, signal) => ({
  onProgress: trainingProgress(),
  onNotice: ({ message }) => trainingPart.say(`${message}.`),
  onModel: (next) => next.losses.length >= learned && hear(next, name, true),
  signal,
});

/** Shows a running training and takes the model at the end. */
async function follow(training, name, signal) {
  const hideMeanwhile = offerMeanwhile(training, name);
  try {
    const trained = await training;
    takeModel(trained, name, !signal.aborted);
    trainingPart.say(trainingEnd(trained.losses, signal.aborted));
    if (!signal.aborted) await Magnet.forget(training.id).catch(() => {}); // nothing is left to continue
  } finally {
    hideMeanwhile();
  }
}

const interruptedRow = element('#interrupted');

/** Offers to continue an unfinished training, for instance after the page was closed. */
async function offerInterrupted() {
  const kept = await Magnet.checkpoints().catch(() => []); // the page may have no storage
  const interrupted = kept.find(({ step, steps }) => step < steps);
  interruptedRow.hidden = !interrupted;
  if (!interrupted) return;
  const { id, epoch, epochs } = interrupted;
  interruptedRow.querySelector('span').textContent =
    `Training on “${id}” was interrupted at epoch ${epoch} of ${epochs}.`;
  element('#go-on').onclick = () =>
    startTraining((signal) => follow(Magnet.resume(id, following(id, signal)), id, signal));
  element('#forget').onclick = () => trainingPart.attempt(() => Magnet.forget(id)).then(offerInterrupted);
}

const stopButton = element('#stop-training');
let working = Promise.resolve();

/** @param {(signal: AbortSignal) => Promise<void>} task */
function startTraining(task) {
  interruptedRow.hidden = true;
  trainingPart.say('');
  dreamPlayer.expect();
  working = trainingPart.work(stopButton, task);
}

/** Ends the training that is running, if there is one. */
function stopTraining() {
  stopButton.click();
  return working;
}

offerInterrupted();

trainingPart.find('form').addEventListener('submit', (event) => {
  event.preventDefault();
  startTraining(train);
});

function loadModel(file) {
  return trainingPart.attempt(async () => {
    const loaded = await openModel(file, file.name);
    await stopTraining();
    dreamPlayer.stop();
    takeModel(loaded, file.name, false);
    trainingPart.say(`“${file.name}” is loaded: ${counted(loaded.losses.length, 'epoch')} of training.`);
  });
}

// 3. Generation

const generationPart = new Part('#generation');
const resultPicture = new Spectrogram(generationPart.canvas);
const resultPlayer = new SoundPlayer(element('#play-result'), generationPart.find('.playhead'), resultPicture);

/** Turns a sound down if it would clip, and says by how many dB. */
function fitToFullScale({ samples }) {
  const peak = samples.reduce((largest, sample) => Math.max(largest, Math.abs(sample)), 0);
  if (peak <= 1) return '';
  samples.forEach((sample, i) => (samples[i] = sample / peak));
  return ` · turned down by ${(20 * Math.log10(peak)).toFixed(1)} dB to avoid clipping`;
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
  resultPicture.show(await soundLevels(result));
  resultPlayer.load(result);
  generationPart.describe(`Spectrogram of the generated sound, ${seconds} seconds`);
  generationPart.find('.description').textContent = `${name}, seed ${seed} · ${seconds} s${note}`;
  const wav = await wavBytes(result.samples, result.sampleRate);
  offer(element('#save-sound'), wav, 'audio/wav', `${name}-seed-${seed}.wav`);
  const again =
    result.reseeds > 0 ? ` The network got stuck and was restarted ${counted(result.reseeds, 'time')}.` : '';
  generationPart.say(`Generated in ${took.toFixed(1)} s.${again}`);
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

takeFiles({ '#sound-file': takeOwn, '#model-file': loadModel }, (file) => (isModel(file) ? loadModel : takeOwn)(file));

element('[value=piano]').checked = true;
takeBundled('piano');
