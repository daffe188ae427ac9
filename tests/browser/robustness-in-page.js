// What robustness.test.js does in a page. Each function returns plain data.
import { parameters } from '../../js/nodes/parameters.js';
import { hash } from './fixed-computation.js';
import { distance, listener, load, recording, render, said, size } from './generator-in-page.js';

const rate = 44100;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A model's node in a suspended context, at the model's sample rate or another. */
async function suspendedNode(name, sampleRate = rate, options = {}) {
  const context = new AudioContext({ sampleRate });
  await context.suspend();
  return { context, node: await (await load(name)).createNode(context, options) };
}

/** A second of a context that is suspended and resumed meanwhile. */
export async function pausedContext() {
  const { context, node } = await suspendedNode('small');
  const sound = recording(context, node, rate);
  while (context.currentTime < 0.3) await sleep(10);
  await context.suspend();
  const { currentTime } = context;
  await sleep(300);
  const stood = context.currentTime === currentTime;
  await context.resume();
  return { stood, sound: hash(await sound) };
}

/**
 * Closes a context while its node plays and has open calls: what the node answers afterwards, how many Workers have
 * ended, and the level of the next node.
 */
export async function closedContext(engine) {
  const { terminate } = Worker.prototype;
  let ended = 0;
  Worker.prototype.terminate = function () {
    ++ended;
    terminate.call(this);
  };
  const { context, node } = await suspendedNode('tiny', rate, { engine });
  node.connect(context.destination);
  await context.resume();
  await sleep(50);
  node.trigger(0.5);
  const swapped = node.swapModel(await load('other')).catch(said);
  await context.close();
  node.parameters.get('gain').value = 0.5;
  const answers = await Promise.all([node.trigger(0.2).catch(said), swapped]);
  Worker.prototype.terminate = terminate;
  node.dispose();
  const next = await suspendedNode('tiny');
  const level = listener(next.context, next.node);
  await next.context.resume();
  const heard = await level();
  await next.context.close();
  return { answers, ended, heard };
}

/** Half a second of each of two contexts that run side by side at different rates. */
export async function twoContexts() {
  const sound = async (name, sampleRate) => {
    const { context, node } = await suspendedNode(name, sampleRate);
    return hash(await recording(context, node, sampleRate / 2));
  };
  return Promise.all([sound('small', 44100), sound('tiny', 48000)]);
}

/** Half a second of two models in one context, each in its own channel. */
export async function twoModels() {
  const context = new OfflineAudioContext(2, rate / 2, rate);
  const merger = new ChannelMergerNode(context, { numberOfInputs: 2 });
  for (const [channel, name] of ['small', 'tiny'].entries()) {
    const node = await (await load(name)).createNode(context);
    node.connect(merger, 0, channel);
  }
  merger.connect(context.destination);
  const buffer = await context.startRendering();
  return [hash(buffer.getChannelData(0)), hash(buffer.getChannelData(1))];
}

/** A tenth of a second at another sample rate, driven by a constant. */
export async function atRate(sampleRate) {
  const options = { parameterData: { drive: 0.5 } };
  const drive = (node, context) => {
    const driver = new ConstantSourceNode(context, { offset: 0.25 });
    driver.connect(node);
    driver.start();
  };
  return hash(await render(options, drive, { sampleRate, length: sampleRate / 10 }));
}

/** Every way to automate a parameter, from one value to another within a quarter of a second. */
const schedules = {
  value: (param, from, to) => (param.value = to),
  setValueAtTime: (param, from, to) => param.setValueAtTime(to, 0.1),
  linearRampToValueAtTime: (param, from, to) => param.setValueAtTime(from, 0).linearRampToValueAtTime(to, 0.25),
  exponentialRampToValueAtTime: (param, from, to) =>
    param.setValueAtTime(from, 0).exponentialRampToValueAtTime(to, 0.25),
  setTargetAtTime: (param, from, to) => param.setTargetAtTime(to, 0.05, 0.05),
  setValueCurveAtTime: (param, from, to) => param.setValueCurveAtTime([from, to, from, to], 0, 0.25),
  cancelScheduledValues: (param, from, to) => param.setValueAtTime(to, 0.05).cancelScheduledValues(0.15),
  // Firefox has no cancelAndHoldAtTime.
  cancelAndHoldAtTime: (param, from, to) =>
    param.setValueAtTime(from, 0).linearRampToValueAtTime(to, 0.25).cancelAndHoldAtTime?.(0.15),
  connect(param, from, to, context) {
    const source = new ConstantSourceNode(context, { offset: to - param.value });
    source.connect(param);
    source.start();
  },
};

/**
 * How many times as long as a second of noise that drives the node a second takes after the noise has become subnormal:
 * the mean of ten such seconds, and the minimum of five tries, because other programs interrupt.
 */
export async function silentTail() {
  const model = await load();
  const time = async (seconds) => {
    const context = new OfflineAudioContext(1, seconds * rate, rate);
    const node = await model.createNode(context, { parameterData: { drive: 1 } });
    const buffer = new AudioBuffer({ length: 11 * rate, sampleRate: rate });
    const samples = buffer.getChannelData(0);
    for (let i = 0; i < samples.length; ++i) samples[i] = (Math.random() - 0.5) * (i < rate ? 1 : 1e-39);
    const noise = new AudioBufferSourceNode(context, { buffer });
    noise.connect(node).connect(context.destination);
    noise.start();
    const began = performance.now();
    await context.startRendering();
    const ms = performance.now() - began;
    node.dispose();
    return ms;
  };
  const ratios = [];
  for (let round = 0; round < 5; ++round) {
    const first = await time(1);
    ratios.push(((await time(11)) - first) / 10 / first);
  }
  return Math.min(...ratios);
}

/** Whether a sound is finite, how loud it is, and how far it is from the plain sound. */
const summary = (samples, plain) => ({
  finite: samples.every(Number.isFinite),
  level: size(samples),
  change: distance(samples, plain) / size(plain),
});

/** The sound with all parameters automated, in each way. */
export async function automations() {
  const plain = await render({});
  const results = {};
  for (const [way, schedule] of Object.entries(schedules)) {
    const sound = await render({}, (node, context) => {
      for (const { name, maxValue, defaultValue } of parameters) {
        const at = (part) => defaultValue + part * (maxValue - defaultValue);
        schedule(node.parameters.get(name), at(0.1), at(0.4), context);
      }
    });
    results[way] = summary(sound, plain);
  }
  return results;
}

/** A source of a value that no call of an AudioParam accepts, from 0.1 to 0.2 seconds. */
function badSource(context, value) {
  const buffer = new AudioBuffer({ length: rate / 10, sampleRate: rate });
  buffer.getChannelData(0).fill(value);
  const source = new AudioBufferSourceNode(context, { buffer });
  source.start(0.1);
  return source;
}

/** The sound with NaN and ±Infinity for all parameters, and in the sound that drives it. */
export async function badNumbers() {
  const plain = await render({});
  const results = {};
  for (const value of [NaN, Infinity, -Infinity]) {
    const turned = await render({}, (node, context) => {
      const source = badSource(context, value);
      for (const { name } of parameters) source.connect(node.parameters.get(name));
    });
    results[`${value} for parameters`] = summary(turned, plain);
    const driven = await render({ parameterData: { drive: 1 } }, (node, context) =>
      badSource(context, value).connect(node),
    );
    results[`${value} for a driver`] = summary(driven, plain);
  }
  return results;
}

/** The calls that the browser refuses, and the sound after them compared with the sound without them. */
export async function badCalls() {
  const plain = hash(await render({}));
  let refused = 0;
  const sound = await render({}, (node) => {
    for (const { name } of parameters) {
      const param = node.parameters.get(name);
      for (const value of [NaN, Infinity, -Infinity]) {
        for (const call of [() => (param.value = value), () => param.setValueAtTime(value, 0)]) {
          try {
            call();
          } catch (error) {
            refused += error instanceof TypeError;
          }
        }
      }
    }
  });
  return { refused, of: parameters.length * 6, same: hash(sound) === plain };
}

/** The level of a node in a page without shared memory. */
export async function withoutSharedMemory(options) {
  const shared = [globalThis.crossOriginIsolated, typeof globalThis.SharedArrayBuffer];
  const model = await load('small');
  const context = model.createContext();
  const node = await model.createNode(context, options);
  const level = listener(context, node);
  await context.resume();
  const heard = await level();
  node.dispose();
  await context.close();
  return { shared, heard };
}

/** A second of real time, and whether the page was hidden during it. */
export async function inBackground() {
  const { context, node } = await suspendedNode('small');
  return { state: document.visibilityState, sound: hash(await recording(context, node, rate)) };
}

/** Whether a node that has been disposed of is garbage collected, with its instance of the module. */
export async function collection() {
  const context = new AudioContext({ sampleRate: rate });
  await context.audioWorklet.addModule(new URL('collection-probe.js', import.meta.url));
  const probe = new AudioWorkletNode(context, 'collection-probe');
  const ask = () =>
    new Promise((resolve) => {
      probe.port.onmessage = ({ data }) => resolve(data);
      probe.port.postMessage(null);
    });
  let nodes = 0;
  const registry = new FinalizationRegistry(() => ++nodes);
  const play = async () => {
    const node = await (await load('small')).createNode(context);
    node.connect(context.destination);
    await context.resume();
    await node.trigger(0.5);
    await sleep(100);
    registry.register(node);
    node.dispose();
  };
  await play();
  const { made } = await ask();
  let collected = 0;
  for (let round = 0; round < 50 && (collected < made || nodes < 1); ++round) {
    globalThis.gc();
    await sleep(50);
    ({ collected } = await ask());
  }
  await context.close();
  return { made, collected, nodes };
}
