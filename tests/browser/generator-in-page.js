// What generator-node.test.js does in a page. Each function returns plain data.
import { GeneratorNode, Magnet, register } from '../../js/index.js';
import { hash, testSound } from './fixed-computation.js';

const rate = 44100;
const capture = new URL('capture-processor.js', import.meta.url);

/** A model that the test has written. */
export const load = (name = 'small') =>
  Magnet.load(new URL(`../../build/browser/${name}.safetensors`, import.meta.url));

/**
 * Sound from an OfflineAudioContext.
 * @param {object} options of the node
 * @param {(node: GeneratorNode, context: OfflineAudioContext) => unknown} [prepare] called before it starts
 * @param {object} [context] options of the context
 */
export async function render(options, prepare = () => {}, context = {}) {
  const offline = new OfflineAudioContext({ numberOfChannels: 1, length: rate / 2, sampleRate: rate, ...context });
  const node = await (await load()).createNode(offline, options);
  node.connect(offline.destination);
  await prepare(node, offline);
  return (await offline.startRendering()).getChannelData(0);
}

export const rendered = async (options, context) => hash(await render(options, undefined, context));

/** The first second of a context that runs in real time. */
export async function played(options) {
  const context = new AudioContext({ sampleRate: rate });
  await context.suspend();
  const node = await (await load()).createNode(context, options);
  return hash(await recording(context, node, rate));
}

/** What a node of a suspended context plays once the context is resumed. */
export async function recording(context, node, length) {
  await context.audioWorklet.addModule(capture);
  const recorder = new AudioWorkletNode(context, 'capture', { processorOptions: { length } });
  const recorded = new Promise((resolve) => (recorder.port.onmessage = ({ data }) => resolve(data)));
  node.connect(recorder).connect(context.destination);
  await context.resume();
  const samples = await recorded;
  await context.close();
  return samples;
}

/** How loud it is and how far from another sound: root mean squares. */
export const size = (samples) => Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
export const distance = (a, b) => size(a.map((x, i) => x - b[i]));

/** How much each parameter changes the sound, as a share of the unchanged sound. */
export async function parameterEffects() {
  const values = { pull: 1, temperature: 1, randomness: 1, speed: 0, pitch: 7, brightness: -12, smoothing: 0.9 };
  const plain = await render({});
  const effects = {};
  for (const [name, value] of Object.entries({ ...values, position: 0.7 })) {
    const changed = await render({ parameterData: { [name]: value } });
    effects[name] = distance(changed, plain) / size(plain);
  }
  const driven = await render({ parameterData: { drive: 1 } }, (node, context) => {
    const voice = new OscillatorNode(context, { frequency: 3000 });
    voice.connect(node);
    voice.start();
  });
  effects.drive = distance(driven, plain) / size(plain);
  return effects;
}

/** Name, minimum, maximum and default of the node's parameters. */
export async function parameterRanges() {
  const node = await (await load()).createNode(new OfflineAudioContext(1, 128, rate));
  return [...node.parameters]
    .sort()
    .map(([name, { minValue, maxValue, defaultValue }]) => [name, minValue, maxValue, defaultValue].join(' '));
}

/** Largest deviation from the plain sound times a ramp that the gain follows sample by sample. */
export async function gainError() {
  const plain = await render({});
  const ramped = await render({}, (node) => {
    const gain = node.parameters.get('gain');
    gain.setValueAtTime(0, 0);
    gain.linearRampToValueAtTime(1, plain.length / rate);
  });
  return Math.max(...ramped.map((x, i) => Math.abs(x - (plain[i] * i) / plain.length)));
}

/** Renders that should agree or differ, by their hashes. */
export async function messages() {
  const sound = async (options, prepare) => hash(await render(options, prepare));
  return {
    plain: await sound({ seed: 1 }),
    again: await sound({ seed: 1 }),
    reset: await sound({ seed: 2, parameterData: { randomness: 0.5 } }, (node) => node.reset(1)),
    made: await sound({ seed: 1, parameterData: { randomness: 0.5 } }),
    triggered: await sound({ seed: 1 }, (node) => node.trigger(0.5)),
    transposed: await sound({ seed: 1 }, (node) => node.trigger(0.5, 7)),
  };
}

/** Listens to a node of a running context; returns a function that measures its level. */
export function listener(context, node) {
  const analyser = context.createAnalyser();
  node.connect(analyser);
  analyser.connect(context.destination);
  const samples = new Float32Array(analyser.fftSize);
  /** Its level once it contains only sound from now on. */
  return async () => {
    await new Promise((resolve) => setTimeout(resolve, 150));
    analyser.getFloatTimeDomainData(samples);
    return size(samples);
  };
}

export const said = ({ code, message }) => `${code}: ${message}`;

/** Levels of a node that plays, is suspended, resumed and disposed of, and its answers after that. */
export async function levels() {
  const model = await load();
  const context = model.createContext();
  const node = await model.createNode(context);
  const level = listener(context, node);
  await context.resume();
  const playing = await level();
  await node.suspend();
  const suspended = await level();
  await node.resume();
  const resumed = await level();
  node.dispose();
  const disposed = await level();
  const answer = await node.trigger(0).catch(said);
  await context.close();
  return { playing, suspended, resumed, disposed, answer };
}

/** Swaps two models back and forth while they play, then tries one of another shape. */
export async function swaps(count) {
  const [one, two] = [await load('tiny'), await load('other')];
  const context = one.createContext();
  const node = await one.createNode(context);
  const level = listener(context, node);
  await context.resume();
  for (let i = 0; i < count; ++i) await node.swapModel(i % 2 ? one : two);
  const refused = await node.swapModel(await load()).catch(said);
  await new Promise((resolve) => node.addEventListener('meter', resolve, { once: true }));
  const result = { refused, level: await level(), meter: { ...node.meter } };
  await context.close();
  return result;
}

/** Plays a model during its training; returns the level and how often it swapped to a newer state. */
export async function learning() {
  const context = new AudioContext({ sampleRate: rate });
  await context.resume();
  const stop = new AbortController();
  let [node, swaps] = [null, 0];
  const onModel = async (model) => {
    if (node) await node.swapModel(model).then(() => ++swaps);
    else node = await model.createNode(context, { parameterData: { temperature: 0.1 } });
    if (swaps === 2) stop.abort();
  };
  const options = { size: 512, hop: 128, layers: [8], sequence: 8, epochs: 1e6, onModel };
  await Magnet.train(testSound(), { ...options, signal: stop.signal }).catch(() => {});
  const level = await listener(context, node)();
  await context.close();
  return { level, swaps };
}

/** The level of a node under standardized-audio-context, and of one under Tone.js. */
export async function underLibraries(address) {
  const { Tone, AudioContext, AudioWorkletNode } = await import(address);
  const model = await load();
  const levelIn = async (context, raw) => {
    const node = new GeneratorNode(context, model, { parameterData: { temperature: 0.1 } });
    await node.ready;
    const level = listener(raw, node);
    await raw.resume();
    node.parameters.get('gain').setValueAtTime(0.5, 0);
    node.trigger(0.5);
    const heard = await level();
    node.dispose();
    await raw.close();
    return heard;
  };
  const context = new AudioContext();
  await register(context, { AudioWorkletNode });
  const tone = Tone.getContext();
  await register(tone);
  return { sac: await levelIn(context, context), tone: await levelIn(tone, tone.rawContext) };
}

/** The messages about errors. */
export async function refusals() {
  const model = await load();
  const context = new OfflineAudioContext(1, 128, rate);
  const refusal = async (act) =>
    said(
      await act().then(
        () => ({ code: 'none' }),
        (error) => error,
      ),
    );
  const unregistered = new OfflineAudioContext(1, 128, rate);
  return {
    unregistered: await refusal(async () => new GeneratorNode(unregistered, model)),
    option: await refusal(() => model.createNode(context, { tempo: 1 })),
    phase: await refusal(() => model.createNode(context, { phase: 'magic' })),
    iterations: await refusal(() => model.createNode(context, { phase: { iterations: 1e6 } })),
    seed: await refusal(() => model.createNode(context, { seed: -1 })),
    worklet: await refusal(() => model.createNode(unregistered, { workletUrl: '/nowhere.js' })),
    foreign: await refusal(() => model.createNode({ audioWorklet: {} })),
  };
}

/** A processor that fails while playing: what the node reports, and how loud it is then. */
export async function failure() {
  const model = await load();
  const context = model.createContext();
  const node = await model.createNode(context);
  const level = listener(context, node);
  await context.resume();
  const failed = new Promise((resolve) => node.addEventListener('error', ({ error }) => resolve(said(error))));
  node.port.postMessage([0, 'swap', new BigUint64Array(8)]); // cannot be copied to bytes
  const result = { error: await failed, level: await level(), answer: await node.reset(0).catch(said) };
  await context.close();
  return result;
}

/** A node's events, in order, while a neighbour hogs the audio thread until the node lowers its quality, then stops. */
export async function overload() {
  const model = await load();
  const context = model.createContext();
  await context.audioWorklet.addModule(new URL('hog-processor.js', import.meta.url));
  const node = await model.createNode(context);
  const hog = new AudioWorkletNode(context, 'hog');
  for (const source of [node, hog]) source.connect(context.destination);
  const levels = [];
  const risen = new Promise((resolve) => node.addEventListener('recover', resolve, { once: true }));
  const fallen = new Promise((resolve) => node.addEventListener('overload', resolve, { once: true }));
  const underrun = new Promise((resolve) => node.addEventListener('underrun', resolve, { once: true }));
  for (const type of ['overload', 'recover']) node.addEventListener(type, ({ detail }) => levels.push(detail));
  await context.resume();
  hog.port.postMessage(true);
  await fallen;
  hog.port.postMessage(false);
  await Promise.all([underrun, risen]);
  const { late } = node.meter;
  await context.close();
  return { levels, late };
}

/** As if compiled modules could not be passed to the audio thread. */
export async function renderedFromBytes(options) {
  class OldNode extends AudioWorkletNode {
    constructor(context, name, settings) {
      if (settings.processorOptions.source instanceof WebAssembly.Module) throw new DOMException('', 'DataCloneError');
      super(context, name, settings);
    }
  }
  return rendered({ ...options, AudioWorkletNode: OldNode });
}

/** The message where WebAssembly lacks SIMD. */
export async function withoutSimd() {
  WebAssembly.validate = () => false;
  return register(new OfflineAudioContext(1, 128, rate)).catch(said);
}

/** The message where WebAssembly is refused. */
export const refusedByPolicy = () => register(new OfflineAudioContext(1, 128, rate)).catch(said);
