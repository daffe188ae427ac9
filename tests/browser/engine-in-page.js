// What engine.test.js does in a page.
import { load, listener, recording, render } from './generator-in-page.js';

const rate = 44100;
const said = ({ code, message }) => `${code}: ${message}`;
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const firstSound = (samples) => samples.findIndex((sample) => sample !== 0);

/** A tone as a driver, from the first sample on. */
function drive(node, context) {
  const tone = new OscillatorNode(context, { type: 'sawtooth', frequency: 441 });
  tone.connect(node);
  tone.start(0);
}

/**
 * Compares three seconds of a node whose Worker renders a second ahead, with the main thread blocked for half of them,
 * to what the audio thread renders offline: by how many samples it comes later, and how many differ.
 */
export async function againstWorklet({ driven, ...options }) {
  const connect = driven ? drive : () => {};
  const expected = await render({ ...options, spread: false }, connect, { length: 3 * rate });
  const context = new AudioContext({ sampleRate: rate });
  await context.suspend();
  const node = await (await load()).createNode(context, { ...options, engine: 'worker', ahead: 1 });
  connect(node, context);
  await sleep(200);
  const recorded = recording(context, node, 3 * rate);
  await sleep(700);
  const end = performance.now() + 1500;
  while (performance.now() < end);
  const samples = await recorded;
  const delay = firstSound(samples) - firstSound(expected);
  let differing = 0;
  for (let i = delay; i < samples.length; ++i) if (samples[i] !== expected[i - delay]) ++differing;
  const loudest = expected.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return { isolated: crossOriginIsolated, delay, differing, loudest, latency: node.latency };
}

/** The latency on the audio thread, without spreading. */
export async function workletLatency(options) {
  const context = new OfflineAudioContext(1, 128, rate);
  const { latency } = await (await load()).createNode(context, { ...options, spread: false });
  return latency;
}

/** A node with a Worker is triggered, resumed, given another model and disposed of. */
export async function commands() {
  let ended = 0;
  const { terminate } = Worker.prototype;
  Worker.prototype.terminate = function () {
    ++ended;
    terminate.call(this);
  };
  const [one, two] = [await load('tiny'), await load('other')];
  const context = one.createContext();
  const node = await one.createNode(context, { engine: 'worker' });
  const level = listener(context, node);
  await context.resume();
  await node.trigger(0.5, 3);
  await node.reset(4);
  await node.swapModel(two);
  const refused = await node.swapModel(await load()).catch(said);
  const playing = await level();
  await node.suspend();
  const start = context.currentTime;
  while (context.currentTime < start + 0.1) await sleep(20); // a busy machine may not have played anything yet
  const suspended = await level();
  await node.resume();
  const resumed = await level();
  while (node.meter.cpu === 0) await new Promise((done) => node.addEventListener('meter', done, { once: true }));
  const before = ended;
  node.dispose();
  const result = { refused, playing, suspended, resumed, cpu: node.meter.cpu, ended: ended - before };
  result.answer = await node.trigger(0).catch(said);
  Worker.prototype.terminate = terminate;
  await context.close();
  return result;
}

/** How many Workers end when a node's context is closed, and what the node answers then. */
export async function closing() {
  const model = await load('tiny');
  const context = model.createContext();
  const node = await model.createNode(context, { engine: 'worker' });
  await context.resume();
  let ended = 0;
  const { terminate } = Worker.prototype;
  Worker.prototype.terminate = function () {
    ++ended;
    terminate.call(this);
  };
  await context.close();
  const answer = await node.trigger(0).catch(said);
  Worker.prototype.terminate = terminate;
  return { ended, answer };
}

/**
 * The events, with their values, of a node whose Worker is overloaded until the node lowers its quality.
 */
export async function overload() {
  const model = await load();
  const context = model.createContext();
  const phase = { iterations: 100, lookAhead: 16, weightRange: 64, alpha: 0 };
  const node = await model.createNode(context, { engine: 'worker', ahead: 0.05, phase });
  const events = { underrun: [], overload: [] };
  for (const [type, details] of Object.entries(events))
    node.addEventListener(type, ({ detail }) => details.push(detail));
  node.connect(context.destination);
  await context.resume();
  while (events.overload.length === 0) await sleep(100);
  const { underruns, quality } = node.meter;
  await context.close();
  return { ...events, meter: { underruns, quality } };
}

/** The engines that nodes get. */
export async function engines() {
  const model = await load();
  const context = new AudioContext({ sampleRate: rate });
  const engine = async (on, options) => {
    const node = await model.createNode(on, options);
    node.dispose();
    return node.engine;
  };
  const heavy = { iterations: 100, lookAhead: 16, weightRange: 64, alpha: 0 };
  const result = {
    default: await engine(context, {}),
    light: await engine(context, { engine: 'auto' }),
    heavy: await engine(context, { engine: 'auto', phase: heavy }),
    offline: await engine(new OfflineAudioContext(1, 128, rate), { engine: 'worker' }),
  };
  await context.close();
  return result;
}

/** The messages where Workers are forbidden. */
export async function forbidden() {
  const context = new AudioContext({ sampleRate: rate });
  const answers = [];
  for (const engine of ['worker', 'auto']) {
    answers.push(await (await load()).createNode(context, { engine }).then(() => 'nothing', said));
  }
  await context.close();
  return answers;
}

/** The messages about errors. */
export async function refusals() {
  const model = await load();
  const context = new AudioContext({ sampleRate: rate });
  const refusal = (options) => model.createNode(context, options).then(() => 'nothing', said);
  const result = {
    engine: await refusal({ engine: 'gpu' }),
    ahead: await refusal({ engine: 'worker', ahead: 2 }),
    seed: await refusal({ engine: 'worker', seed: -1 }),
  };
  await context.close();
  return result;
}
