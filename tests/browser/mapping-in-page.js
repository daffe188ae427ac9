// Mappings as a page uses them.
import { camera, createMapping, port } from '../../js/mapping/index.js';

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Resolves with the next event of that type. */
const next = (target, type) => new Promise((done) => target.addEventListener(type, done, { once: true }));

/** Waits until the function returns something truthy; returns the last value. */
async function until(check, ms = 3000) {
  const end = performance.now() + ms;
  for (;;) {
    const value = check();
    if (value || performance.now() > end) return value;
    await sleep(10);
  }
}

/** A running context with a constant that passes through a filter. */
async function openContext() {
  const context = new AudioContext();
  await context.resume();
  const constant = new ConstantSourceNode(context, { offset: 0.5 });
  const filter = new BiquadFilterNode(context);
  const analyser = new AnalyserNode(context);
  constant.connect(analyser).connect(filter).connect(context.destination);
  constant.start();
  const samples = new Float32Array(analyser.fftSize);
  const level = () => (analyser.getFloatTimeDomainData(samples), samples[samples.length - 1]);
  return { context, constant, filter, level };
}

/** Records a take of so many ms, and waits until it is learned. */
async function teach(mapping, what, ms = 200) {
  mapping.record(what);
  await sleep(ms);
  const trained = next(mapping, 'trained');
  const added = await mapping.stop();
  await trained;
  return added;
}

/** Two places are taught; then the parameters follow. */
export async function follows() {
  const { context, constant, filter, level } = await openContext();
  const place = port('place', ['x', 'y']);
  const mapping = await createMapping(context, {
    inputs: [place],
    outputs: { level: { param: constant.offset, min: 0, max: 1, smoothing: 0 }, cutoff: filter.frequency },
  });
  const settle = async (x, y) => {
    place.write([x, y]);
    await sleep(300);
    return { level: level(), values: Array.from(mapping.values), inputs: Array.from(mapping.inputs) };
  };
  await settle(0, 0);
  constant.offset.value = 0.2;
  filter.frequency.value = 200;
  const added = await teach(mapping);
  await settle(1, 1);
  await teach(mapping, { level: 0.8, cutoff: 2000 });
  mapping.run();
  const there = await settle(1, 1);
  const here = await settle(0, 0);
  const own = [constant.offset.value, filter.frequency.value];
  const { confidence, takes } = mapping;
  mapping.dispose();
  const given = [constant.offset.value, filter.frequency.value];
  await context.close();
  return { added, there, here, own, given, confidence, labels: takes.map(({ rows, label }) => ({ rows, label })) };
}

/** A picture of a bright square in a canvas, and a stream of it. */
function drawnCamera() {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  [canvas.width, canvas.height] = [320, 240];
  let left = 20;
  const timer = setInterval(() => {
    context.fillStyle = '#222';
    context.fillRect(0, 0, 320, 240);
    context.fillStyle = '#eee';
    context.fillRect(left, 90, 60, 60);
  }, 33);
  return {
    stream: canvas.captureStream(30),
    show: (side) => (left = side === 'left' ? 20 : 240),
    stop: () => clearInterval(timer),
  };
}

/** The film of the fake camera shows both sides by itself. */
async function filmedCamera() {
  return { stream: await navigator.mediaDevices.getUserMedia({ video: true }), show() {}, stop() {} };
}

/** Hides what a browser has, so that a camera takes another way. */
function hide(names) {
  const kept = names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
  for (const name of names) delete globalThis[name];
  return () => {
    for (const [name, descriptor] of kept) if (descriptor) Object.defineProperty(globalThis, name, descriptor);
  };
}

/** Teaches two positions with two pictures; then the output follows the picture. */
export async function sees({ isDrawn, without }) {
  const show = hide(without);
  let pagesFrames = 0;
  const { requestVideoFrameCallback } = HTMLVideoElement.prototype;
  HTMLVideoElement.prototype.requestVideoFrameCallback = function (...given) {
    ++pagesFrames;
    return requestVideoFrameCallback.apply(this, given);
  };
  const { context, constant, level } = await openContext();
  const source = isDrawn ? drawnCamera() : await filmedCamera();
  const [track] = source.stream.getTracks();
  const ended = []; // Firefox dispatches no events that scripts make to a track
  track.addEventListener = (type, listener) => type === 'ended' && ended.push(listener);
  const eye = camera(source.stream, { grid: [8, 6] });
  const mapping = await createMapping(context, {
    inputs: [eye],
    outputs: { level: { param: constant.offset, min: 0, max: 1, smoothing: 0 } },
  });
  const isThere = (side) => () => {
    const { inputs } = mapping;
    const [left, right] = [inputs[8 * 2 + 1], inputs[8 * 2 + 6]];
    return side === 'left' ? left > right + 0.1 : right > left + 0.1;
  };
  const see = async (side) => {
    source.show(side);
    if (!(await until(isThere(side), 15000))) throw new Error(`the camera never showed the ${side}: ${mapping.inputs}`);
  };
  await see('left');
  await teach(mapping, { level: 0.25 }, 400);
  await see('right');
  await teach(mapping, { level: 0.75 }, 400);
  mapping.run();
  const levels = [];
  for (const side of ['left', 'right']) {
    await see(side);
    await sleep(300);
    levels.push(level());
  }
  const { names } = eye;
  const inputs = Array.from(mapping.inputs);
  const timings = await eye.timings();
  const lost = next(mapping, 'lost');
  Object.defineProperty(track, 'readyState', { value: 'ended' }); // a camera that is unplugged
  for (const tell of ended) tell();
  const { input } = await lost;
  track.stop();
  const held = Array.from(mapping.inputs);
  source.stop();
  mapping.dispose();
  await context.close();
  HTMLVideoElement.prototype.requestVideoFrameCallback = requestVideoFrameCallback;
  show();
  return { levels, names, inputs, timings, lost: input, held, pagesFrames };
}
