// The page: a sound, inputs that move, and the mapping between them, which is made anew when either changes.
import { createMapping } from '../../js/mapping/index.js';
import { offer, takeFiles } from '../common/files.js';
import { Part } from '../common/part.js';
import { counted } from '../common/words.js';
import { Gestures } from './gestures.js';
import { Inputs } from './inputs.js';
import { Outputs } from './outputs.js';
import { Pad } from './pad.js';
import { sounds } from './sounds.js';
import { Surface } from './surface.js';
import { Takes } from './takes.js';

const gestures = ['hit', 'scrape'];
const element = (selector) => document.querySelector(selector);
const soundPart = new Part('#sound');
const teachPart = new Part('#teach');

let context = null;
let sound = null;
let mapping = null;

const pad = new Pad(element('#pad'));
const inputs = new Inputs(new Part('#inputs'), pad.input, () => teachPart.attempt(connect));
const outputs = new Outputs(element('#outputs'));
const surface = new Surface(element('#surface canvas'));
const takes = new Takes(element('#takes'), outputs);
const gestureBars = new Gestures(element('#gestures'), gestures);
const axes = ['#shown', '#across', '#up'].map(element);

// The sound

/** @param {string} name */
async function play(name) {
  if (!context) {
    context = new AudioContext({ latencyHint: 'interactive' });
    await context.resume();
  }
  silence();
  sound = await sounds[name](context);
  sound.node.connect(context.destination);
  outputs.show(sound.outputs);
  await connect();
  setPlaying(true);
  soundPart.say('Set the sound, then show it how you move.');
}

function silence() {
  mapping?.dispose();
  mapping = null;
  sound?.stop();
  sound = null;
  setPlaying(false);
  soundPart.say('');
}

function setPlaying(on) {
  for (const id of ['#randomise', '#record', '#run', '#undo', '#redo', '#save']) element(id).disabled = !on;
  element('#silence').hidden = !on;
  teachPart.say(on ? 'Hold to record: the sound belongs to your movement.' : 'Play a sound first.');
}

// The mapping

let connecting = Promise.resolve();

/** Makes a mapping between the present inputs and outputs, one after another: they play the same parameters. */
function connect() {
  connecting = connecting.catch(() => {}).then(makeMapping);
  return connecting;
}

/** The takes of the mapping before do not fit the new one. */
async function makeMapping() {
  if (!sound) return;
  mapping?.dispose();
  mapping = await createMapping(context, { inputs: inputs.chosen, outputs: sound.outputs, gestures });
  for (const part of [inputs, outputs, takes, gestureBars]) part.follow(mapping);
  mapping.onrecording = () => teachPart.say('Recording: move now.');
  mapping.ontakes = () => takes.list();
  mapping.ontrained = ({ reports }) => learned(reports);
  mapping.onerror = ({ error }) => teachPart.fail(error);
  mapping.onlost = ({ input, error }) => inputs.lose(input, true, error);
  mapping.onfound = ({ input }) => inputs.lose(input, false);
  mapping.addEventListener('gesture', ({ label }) => gestureBars.spot(label));
  takes.list();
  setRunning(false);
  fill(axes[0], mapping.outputNames);
  fill(axes[1], mapping.inputNames, 'pad.x');
  fill(axes[2], mapping.inputNames, 'pad.y');
  showSurface();
}

function learned(reports) {
  const errors = Object.entries(reports).filter(([, { rows }]) => rows > 0);
  const text = errors.map(([name, { error }]) => `${name} ${(100 * error).toFixed(1)} %`).join(', ');
  teachPart.say(text ? `Learned; expected errors: ${text}.` : 'Learned.');
  showSurface();
}

const record = element('#record');

function startRecording() {
  if (!mapping || mapping.isRecording) return;
  teachPart.attempt(() => {
    const countIn = Number(element('#count-in').value);
    mapping.record(element('#what').value || undefined, { countIn });
    record.ariaPressed = 'true';
    teachPart.say(countIn > 0 ? 'Get ready …' : 'Recording: move now.');
  });
}

async function stopRecording() {
  if (record.ariaPressed !== 'true') return;
  record.ariaPressed = 'false';
  await teachPart.attempt(async () => {
    const added = await mapping.stop();
    if (!added) return;
    const dropped = added.dropped > 0 ? `, ${counted(added.dropped, 'row')} without a value left out` : '';
    teachPart.say(`${counted(added.rows, 'row')} recorded${dropped}; learning …`);
  });
}

function setRunning(on) {
  element('#run').ariaPressed = `${on}`;
  mapping?.run(on);
}

// The surface

function fill(select, names, preferred) {
  const before = select.value;
  select.replaceChildren(...names.map((name, i) => new Option(name, `${i}`)));
  select.value = names.includes(preferred) ? `${names.indexOf(preferred)}` : before;
  if (select.selectedIndex < 0) select.selectedIndex = 0;
}

function showSurface() {
  const [output, across, up] = axes.map(({ value }) => Number(value));
  surface.show(mapping, { output, across, up });
}

// Controls

for (const button of document.querySelectorAll('[data-sound]')) {
  button.addEventListener('click', () => soundPart.attempt(() => play(button.dataset.sound)));
}
element('#silence').addEventListener('click', silence);
element('#randomise').addEventListener('click', () => {
  mapping.randomise();
  outputs.read();
});
record.addEventListener('pointerdown', ({ pointerId }) => (record.setPointerCapture(pointerId), startRecording()));
for (const type of ['pointerup', 'pointercancel', 'blur']) record.addEventListener(type, stopRecording);
record.addEventListener('keydown', ({ key }) => [' ', 'Enter'].includes(key) && startRecording());
record.addEventListener('keyup', ({ key }) => [' ', 'Enter'].includes(key) && stopRecording());
// While another part has the focus, for example the pad.
addEventListener('keydown', ({ key, target }) => key === 'r' && !target.matches('input, select') && startRecording());
addEventListener('keyup', ({ key }) => key === 'r' && stopRecording());
element('#run').addEventListener('click', ({ target }) => setRunning(target.ariaPressed !== 'true'));
element('#undo').addEventListener('click', () => mapping.undo());
element('#redo').addEventListener('click', () => mapping.redo());
element('#save').addEventListener('click', () =>
  teachPart.attempt(async () => {
    const link = document.createElement('a');
    offer(link, await mapping.toBytes(), 'application/octet-stream', 'mapping.safetensors');
    link.click();
  }),
);
for (const select of axes) select.addEventListener('change', showSurface);
for (const label of gestures) element('#what').append(new Option(`gesture “${label}”`, label));

async function load(file) {
  if (!mapping) return teachPart.say('Play a sound first, with the inputs that the mapping has.');
  await teachPart.attempt(async () => {
    await mapping.load(new Uint8Array(await file.arrayBuffer()));
    teachPart.say(`“${file.name}” is loaded.`);
  });
}

takeFiles({ '#file': load }, load);

function draw() {
  requestAnimationFrame(draw);
  if (!mapping) return;
  inputs.draw();
  outputs.draw(element('#run').ariaPressed === 'true');
  gestureBars.draw();
  element('#confidence').value = mapping.confidence;
}
draw();
