// In the page: how fast a mapping learns and answers.
import { Core, CoreExamples, CoreMapping, CoreMappingTrainer } from '../../../js/core.js';
import { prepare } from '../../../js/index.js';
import { camera, createMapping, port } from '../../../js/mapping/index.js';
import { loadProcessors } from './load-processors.js';

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const next = (target, type) => new Promise((done) => target.addEventListener(type, done, { once: true }));
const newCore = async () => new Core(await prepare(undefined, 'mapping'));

/** Rows of inputs and targets that depend on them. */
function material({ rows, inputs, outputs }) {
  const all = { inputs: new Float32Array(rows * inputs), targets: new Float32Array(rows * outputs) };
  for (let row = 0; row < rows; ++row) {
    for (let i = 0; i < inputs; ++i) all.inputs[row * inputs + i] = Math.sin(0.013 * row * (i + 1) + i);
    for (let k = 0; k < outputs; ++k) all.targets[row * outputs + k] = 0.5 + 0.4 * Math.sin(0.013 * row * (k + 1));
  }
  return all;
}

/** Milliseconds from the end of each take to the moment when its model plays. */
export async function takes({ rows, inputs, outputs, count }) {
  const context = new AudioContext();
  await context.resume();
  const body = port('body', inputs);
  const names = Array.from({ length: outputs }, (_, k) => `output ${k}`);
  const mapping = await createMapping(context, {
    inputs: [body],
    outputs: Object.fromEntries(names.map((name) => [name, {}])),
  });
  const found = material({ rows, inputs, outputs });
  const times = [];
  for (let i = 0; i < count; ++i) {
    const full = next(mapping, 'takes');
    mapping.record({}, { limit: rows / 100 });
    const timer = setInterval(() => {
      const row = Math.floor(performance.now() / 10) % rows;
      body.write(found.inputs.subarray(row * inputs, (row + 1) * inputs));
      mapping.set(Object.fromEntries(names.map((name, k) => [name, found.targets[row * outputs + k]])));
    }, 10);
    await sleep(rows * 10 - 100); // ends by hand, just before its limit
    const trained = next(mapping, 'trained');
    const began = performance.now();
    mapping.stop();
    await trained;
    times.push(performance.now() - began);
    clearInterval(timer);
    await full;
    await mapping.clear();
  }
  mapping.dispose();
  await context.close();
  return times;
}

/** Microseconds of a quantum's `run`: the lowest mean of some rounds. */
export async function runCost({ rows, inputs, outputs, model, rounds }) {
  const core = await newCore();
  const examples = new CoreExamples(core, {
    inputs: Array.from({ length: inputs }, (_, i) => `input ${i}`),
    outputs: Array.from({ length: outputs }, (_, k) => ({ name: `output ${k}` })),
  });
  const found = material({ rows, inputs, outputs });
  examples.add(found);
  const trainer = new CoreMappingTrainer(core, { model });
  trainer.begin(examples);
  while (trainer.step());
  const mapping = new CoreMapping(core, trainer.model().bytes());
  const calls = 2000;
  let least = Infinity;
  for (let round = 0; round < rounds; ++round) {
    const began = performance.now();
    for (let i = 0; i < calls; ++i) {
      mapping.inputs[0] = i / calls;
      mapping.run();
    }
    least = Math.min(least, (1000 * (performance.now() - began)) / calls);
  }
  return least;
}

/** A mapping from one input to a signal that jumps with it, and what watches the signal. */
async function jumping(input, names) {
  const context = new AudioContext({ latencyHint: 'interactive' });
  await context.resume();
  await loadProcessors(context, 'jump');
  const mapping = await createMapping(context, {
    inputs: [input],
    outputs: { level: { smoothing: 0 } },
    model: 'linear',
  });
  const examples = new CoreExamples(await newCore(), { inputs: names, outputs: [{ name: 'level' }] });
  const dark = new Float32Array(names.length).fill(0.1);
  const bright = names.map((name, i) => (/luma|value/.test(name) ? 0.9 : dark[i]));
  examples.add({ inputs: dark, targets: Float32Array.of(0) });
  examples.add({ inputs: Float32Array.from(bright), targets: Float32Array.of(1) });
  const trained = next(mapping, 'trained');
  await mapping.load(examples.toBytes());
  await trained;
  const memory = new SharedArrayBuffer(8);
  const watcher = new AudioWorkletNode(context, 'jump', { processorOptions: { memory } });
  mapping.node.connect(watcher, 0).connect(context.destination);
  const close = async () => {
    mapping.dispose();
    await context.close();
  };
  return { memory, watcher, close };
}

/** Frames from the quantum that could see a new input to the first sample that changed. */
export async function written({ count }) {
  const input = port('in', ['value']);
  const { memory, watcher, close } = await jumping(input, ['in.value']);
  const frames = [];
  watcher.port.onmessage = ({ data }) => frames.push(data);
  const counts = new Int32Array(memory);
  for (let i = 0; i < count; ++i) {
    input.write([i % 2 ? 0.9 : 0.1]);
    Atomics.add(counts, 1, 1);
    await sleep(20 + 7 * Math.random());
  }
  await close();
  return frames;
}

const clock = (what, transfer = []) => {
  const worker = new Worker(new URL('clock-worker.js', import.meta.url), { type: 'module' });
  const answer = next(worker, 'message').then(({ data }) => (worker.terminate(), data));
  worker.postMessage(what, transfer);
  return answer;
};

/** Milliseconds from each time when a frame was there to the jump that it caused. */
const delays = (frames, jumps) =>
  jumps.flatMap((jump) => {
    const frame = frames.findLast((time) => time <= jump);
    return frame === undefined ? [] : [jump - frame];
  });

/** The same frames by our way, and by a canvas on the page, whose thread works for so many ms per frame. */
export async function pictures({ count }) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 } });
  const [track] = stream.getVideoTracks();
  const grid = /** @type {[number, number]} */ ([16, 12]);
  const eye = camera(stream, { grid });
  const names = eye.names.map((name) => `camera.${name}`);
  const drawn = port('camera', eye.names);
  const ours = await jumping(eye, names);
  const canvas = await jumping(drawn, names);
  const drawing = drawInstead(stream, grid, drawn);
  await sleep(500);
  await eye.timings();
  const { readable } = new globalThis.MediaStreamTrackProcessor({ track: track.clone() });
  const [frames, jumps, canvasJumps] = await Promise.all([
    clock({ task: 'frames', readable, count: count + 10 }, [readable]),
    clock({ task: 'jumps', memory: ours.memory, count }),
    clock({ task: 'jumps', memory: canvas.memory, count }),
  ]);
  const timings = await eye.timings();
  const busy = drawing.stop();
  await ours.close();
  await canvas.close();
  track.stop();
  return { ours: delays(frames, jumps), canvas: delays(frames, canvasJumps), timings, busy };
}

/** Draws each frame into a canvas, reads it, and averages the cells. */
function drawInstead(stream, [columns, rows], drawn) {
  const video = Object.assign(document.createElement('video'), { muted: true, srcObject: stream });
  const context = new OffscreenCanvas(320, 240).getContext('2d', { willReadFrequently: true });
  const values = new Float32Array(2 * columns * rows + 4).fill(0.1);
  const busy = [];
  let isOver = false;
  const see = () => {
    const began = performance.now();
    context.drawImage(video, 0, 0, 320, 240);
    const { data } = context.getImageData(0, 0, 320, 240);
    values.fill(0, 0, columns * rows);
    for (let y = 0; y < 240; ++y) {
      for (let x = 0; x < 320; ++x) {
        const at = 4 * (320 * y + x);
        const luma = 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
        values[Math.floor((y * rows) / 240) * columns + Math.floor((x * columns) / 320)] += luma;
      }
    }
    const scale = (columns * rows) / (320 * 240 * 255);
    for (let cell = 0; cell < columns * rows; ++cell) values[cell] *= scale;
    drawn.write(values);
    busy.push(performance.now() - began);
    if (!isOver) video.requestVideoFrameCallback(see);
  };
  video.requestVideoFrameCallback(see);
  video.play();
  return { stop: () => ((isOver = true), busy) };
}
