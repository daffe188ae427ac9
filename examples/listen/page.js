// The page: an Ear listens to the microphone or a sound, and a node plays what it learns.
import { Magnet } from '../../js/index.js';
import { offer } from '../common/files.js';
import { drawLive } from '../common/live-spectrogram.js';
import { openMicrophone } from '../common/microphone.js';
import { keep } from '../common/models.js';
import { Part } from '../common/part.js';
import { bundledSound } from '../common/sound.js';
import { counted } from '../common/words.js';

const seconds = 12;
const element = (selector) => document.querySelector(selector);
const starters = [element('#microphone'), ...document.querySelectorAll('[data-sound]')];

// The answer

const answerPart = new Part('#answer');
let volume = null;
let node = null;

/** Plays the first model, and each later one in place of the one before. */
async function play(context, model) {
  if (node) return node.swapModel(model);
  node = await model.createNode(context);
  node.connect(volume);
  setKnobs();
  answerPart.describe('Live spectrogram of the answer');
  answerPart.say('It answers in the sound that it hears.');
}

function setKnobs() {
  if (volume) volume.gain.value = element('#volume').valueAsNumber;
  node?.parameters.get('temperature').setValueAtTime(element('#temperature').valueAsNumber, 0);
}

for (const id of ['#volume', '#temperature']) element(id).addEventListener('input', setKnobs);

// The ear

const earPart = new Part('#ear');
let context = null;
let input = null;
let ear = null;
let stopSource = () => {};

function show({ seconds: kept, rounds, loss, share }) {
  const learned = rounds > 0 ? ` · ${counted(rounds, 'round')} · loss ${loss.toPrecision(3)}` : '';
  const text = `${kept.toFixed(1)} of ${seconds} s kept${learned} · learning takes ${Math.round(100 * share)} % of a core`;
  earPart.progress(kept / seconds, text);
}

/** The model is offered when it has stopped changing: frozen, or at the end. */
async function offerModel() {
  const model = ear?.model();
  if (!model) return;
  const bytes = model.toBytes();
  offer(element('#save-model'), bytes, 'application/octet-stream', 'heard.safetensors');
  await keep(bytes, 'heard.safetensors');
  element('#play-model').hidden = false;
}

/** Makes what all sources share, once: browsers allow it only after a click. */
async function open() {
  if (context) return;
  context = new AudioContext({ sampleRate: 44100 });
  await context.resume();
  input = new GainNode(context);
  volume = new GainNode(context, { gain: element('#volume').valueAsNumber });
  volume.connect(context.destination);
  await Promise.all([drawLive(input, earPart.canvas), drawLive(volume, answerPart.canvas)]);
  earPart.describe('Live spectrogram of what it hears');
}

/** @param {() => Promise<() => void>} start connects a source to `input`; returns what stops it */
async function listen(start) {
  await open();
  stop();
  stopSource = await start();
  let swapping = Promise.resolve();
  ear = await Magnet.listen(context, input, {
    seconds,
    onProgress: show,
    onModel: (model) => (swapping = swapping.then(() => play(context, model)).catch((error) => answerPart.fail(error))),
    onError: (error) => (earPart.fail(error), stop()),
  });
  setListening(true);
}

function stop() {
  if (!ear) return;
  stopSource();
  ear.dispose();
  setListening(false);
  earPart.attempt(offerModel);
}

function setListening(on) {
  element('#stop').hidden = !on;
  earPart.find('.progress').hidden = !on;
  element('#freeze').disabled = element('#forget').disabled = !on;
  earPart.say(on ? 'Listening.' : 'Stopped. The answer continues.');
}

async function microphone() {
  const stream = await openMicrophone();
  const source = new MediaStreamAudioSourceNode(context, { mediaStream: stream });
  source.connect(input);
  const [track] = stream.getTracks();
  track.addEventListener('ended', () => (stop(), earPart.say('The microphone was unplugged. The answer continues.')));
  return () => (source.disconnect(), track.stop());
}

const sound = (name) => async () => {
  const buffer = await context.decodeAudioData(await (await bundledSound(name)).arrayBuffer());
  const source = new AudioBufferSourceNode(context, { buffer, loop: true });
  source.connect(input);
  source.start();
  return () => source.disconnect();
};

for (const button of starters) {
  const start = button.dataset.sound ? sound(button.dataset.sound) : microphone;
  button.addEventListener('click', () => earPart.attempt(() => listen(start)));
}

element('#stop').addEventListener('click', stop);
element('#forget').addEventListener('click', () => ear.forget());

const freezeButton = element('#freeze');

function freeze(on) {
  if (freezeButton.disabled || (freezeButton.ariaPressed === 'true') === on) return;
  freezeButton.ariaPressed = `${on}`;
  if (on) ear.freeze();
  else ear.unfreeze();
  earPart.say(on ? 'Frozen: it neither listens nor learns while you hold.' : 'Listening.');
  if (on) earPart.attempt(offerModel);
}

freezeButton.addEventListener(
  'pointerdown',
  ({ pointerId }) => (freezeButton.setPointerCapture(pointerId), freeze(true)),
);
for (const type of ['pointerup', 'pointercancel', 'blur']) freezeButton.addEventListener(type, () => freeze(false));
freezeButton.addEventListener('keydown', ({ key }) => [' ', 'Enter'].includes(key) && freeze(true));
freezeButton.addEventListener('keyup', ({ key }) => [' ', 'Enter'].includes(key) && freeze(false));
