// Mappings as a page uses them.
import { Magnet } from '../../js/index.js';
import { camera, createMapping, features, gamepad, keys, motion, pointer, port } from '../../js/mapping/index.js';

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

/** What a mapping with one output over one port does; `act` gets the mapping and the port. */
async function withMapping(act, options = {}) {
  const { context, constant, level } = await openContext();
  const place = port('place', 1);
  const mapping = await createMapping(context, {
    inputs: [place],
    outputs: { level: { param: constant.offset, min: 0, max: 1, smoothing: 0 } },
    ...options,
  });
  const settle = async (x) => {
    place.write([x]);
    await sleep(150);
    return level();
  };
  try {
    return await act({ mapping, place, level, settle, context, constant });
  } finally {
    mapping.dispose();
    await context.close();
  }
}

/** Two takes, at 0 and 1, of level 0.2 and 0.8. */
async function teachTwo({ mapping, settle }) {
  for (const [x, level] of [
    [0, 0.2],
    [1, 0.8],
  ]) {
    await settle(x);
    await teach(mapping, { level });
  }
}

/** Sound → feature → output, without leaving the audio thread. */
export async function hears() {
  const { context, constant, level } = await openContext();
  const tone = new OscillatorNode(context, { frequency: 1000 });
  const gain = new GainNode(context, { gain: 0.1 });
  tone.connect(gain);
  tone.start();
  const mapping = await createMapping(context, {
    inputs: [features(gain, ['rms'])],
    outputs: { level: { param: constant.offset, min: 0, max: 1, smoothing: 0 } },
  });
  const loudness = async (value) => {
    gain.gain.value = value;
    await sleep(200);
  };
  await loudness(0.1);
  await teach(mapping, { level: 0.2 });
  await loudness(0.8);
  await teach(mapping, { level: 0.8 });
  mapping.run();
  const loud = level() && (await sleep(200), level());
  const rms = mapping.inputs[0];
  await loudness(0.1);
  const soft = level();
  mapping.dispose();
  await context.close();
  return { loud, soft, rms };
}

/** The input's writer is in a Worker. */
export const fromWorker = () =>
  withMapping(async (all) => {
    await teachTwo(all);
    all.mapping.run();
    const worker = new Worker(new URL('port-worker.js', import.meta.url), { type: 'module' });
    const end = all.place.end();
    worker.postMessage(end, end instanceof MessagePort ? [end] : []);
    await until(() => all.mapping.inputs[0] === 0.5);
    await sleep(100);
    worker.terminate();
    return { input: all.mapping.inputs[0], level: all.level() };
  });

/** Counting in, the limit, muting, random values, weights, and what is refused. */
export const details = () =>
  withMapping(async ({ mapping, settle, constant, level }) => {
    const refusals = [];
    const refuse = (act) => {
      try {
        act();
      } catch ({ code, message }) {
        refusals.push(`${code}: ${message}`);
      }
    };
    refuse(() => mapping.record('wave'));
    refuse(() => mapping.record({ pitch: 1 }));
    refuse(() => mapping.record({ level: '1' }));
    refuse(() => mapping.record({}, { limit: 0 }));
    refuse(() => mapping.mute('pitch', { running: true }));

    const failed = next(mapping, 'error'); // nothing was ever written
    mapping.record({ level: 0.5 });
    await sleep(100);
    const nothing = await mapping.stop();
    const failure = (await failed).error.code;

    await settle(0);
    const took = performance.now();
    const recording = next(mapping, 'recording');
    const changed = next(mapping, 'takes');
    mapping.record({ level: 0.3 }, { countIn: 0.3, limit: 0.2 });
    refuse(() => mapping.record());
    await recording;
    const countedIn = performance.now() - took;
    await changed;
    const [{ rows }] = mapping.takes;

    // A parameter that is moved while it records, and one that is not taught.
    mapping.record();
    constant.offset.value = 0.4;
    await sleep(200);
    constant.offset.value = 0.6;
    await sleep(200);
    await mapping.stop();
    const { targets } = mapping.takes[1];
    mapping.mute('level', { recording: true });
    await mapping.clear();
    mapping.record({ level: 0.9 });
    await sleep(100);
    await mapping.stop();
    const mutedTargets = mapping.takes.flatMap((take) =>
      Array.from(take.targets).filter((value) => !Number.isNaN(value)),
    );
    mapping.mute('level', { recording: false });

    await mapping.clear();
    await teach(mapping, { level: 0.3 });
    mapping.run();
    const follows = await settle(0);
    mapping.mute('level', { running: true });
    constant.offset.value = 0.1;
    const own = await settle(0);
    mapping.mute('level', { running: false });
    const again = await settle(0);
    mapping.set({ level: 0.7 });
    const held = await settle(0);
    mapping.run();
    const released = await settle(0);
    mapping.run(false);
    const stopped = await settle(0);
    mapping.randomise();
    const random = constant.offset.value;
    return {
      refusals,
      nothing,
      failure,
      countedIn,
      rows,
      first: targets[0],
      last: targets.at(-1),
      mutedTargets,
      levels: { follows, own, again, held, released, stopped },
      random,
      level: level(),
    };
  });

/** Takes, and a mapping file that brings them back. */
export const keeps = () =>
  withMapping(async (all) => {
    const { mapping, settle } = all;
    await teachTwo(all);
    const counts = [mapping.takes.length];
    mapping.undo();
    await mapping.undo();
    counts.push(mapping.takes.length);
    mapping.redo();
    const trained = next(mapping, 'trained');
    await mapping.redo();
    await trained;
    counts.push(mapping.takes.length);
    const file = await mapping.toBytes();
    await mapping.clear();
    counts.push(mapping.takes.length);
    await mapping.load(file);
    counts.push(mapping.takes.length);
    mapping.run();
    return {
      counts,
      levels: [await settle(0), await settle(1)],
      again: (await mapping.toBytes()).length - file.length,
    };
  });

/** The Worker that learns dies: the old model plays on, no take is lost, and the next one is learned. */
export async function survives() {
  const workers = [];
  const { Worker } = globalThis;
  globalThis.Worker = class extends Worker {
    constructor(...given) {
      super(...given);
      workers.push(this);
    }
  };
  const found = await withMapping(async (all) => {
    await teachTwo(all);
    all.mapping.run();
    const failed = next(all.mapping, 'error');
    all.mapping.record({ level: 0.5 });
    await all.settle(0.5);
    workers[0].dispatchEvent(new ErrorEvent('error', { message: 'it died' }));
    workers[0].terminate();
    const { error } = await failed;
    const playing = await all.settle(0);
    const trained = next(all.mapping, 'trained');
    await all.mapping.stop();
    await trained;
    const takes = all.mapping.takes.length;
    const levels = [await all.settle(1), await all.settle(0.5)];
    all.mapping.undo();
    await all.mapping.undo(); // of a take that the new Worker did not see coming
    await all.mapping.load(await all.mapping.toBytes());
    return { code: error.code, playing, takes, undone: all.mapping.takes.length, workers: workers.length, levels };
  });
  globalThis.Worker = Worker;
  return found;
}

/** A gesture that is recorded and then made again, while an output follows its progress. */
export const gestures = () =>
  withMapping(
    async ({ mapping, place, level, context }) => {
      const move = async () => {
        for (let i = 0; i <= 40; ++i) {
          place.write([Math.sin((i / 40) * 2 * Math.PI)]);
          await sleep(10);
        }
      };
      place.write([0]);
      await sleep(100);
      for (let take = 0; take < 3; ++take) {
        mapping.record('wave');
        await move();
        await mapping.stop();
        await sleep(200);
      }
      await sleep(500);
      const spotted = [];
      mapping.ongesture = ({ label, confidence }) => spotted.push({ label, confidence });
      mapping.run();
      let most = 0;
      let half = 0;
      const timer = setInterval(() => {
        most = Math.max(most, mapping.states[0].progress);
        half = Math.max(half, level());
      }, 10);
      await sleep(500);
      const before = spotted.length;
      await move();
      await sleep(500);
      clearInterval(timer);
      const again = port('place', 1);
      const other = await createMapping(context, {
        inputs: [again],
        outputs: { reverb: { follows: 'wave.progress' } },
        gestures: ['rest', 'wave'], // the file has them in another order
      });
      await other.load(await mapping.toBytes());
      let followed = 0;
      for (let i = 0; i <= 40; ++i) {
        again.write([Math.sin((i / 40) * 2 * Math.PI)]);
        await sleep(10);
        followed = Math.max(followed, other.values[0] || 0);
      }
      other.dispose();
      return { before, spotted, most, half, followed, state: mapping.states[0] };
    },
    { gestures: ['wave', 'rest'], outputs: { reverb: { follows: 'wave.progress' } } },
  );

/** A second mapping on the same parameter is refused; after the first has gone it is not. */
export const shares = () =>
  withMapping(async ({ mapping, context, constant }) => {
    const again = () => createMapping(context, { inputs: [port('other', 1)], outputs: { level: constant.offset } });
    const refusal = await again().then(
      () => null,
      ({ code, message }) => `${code}: ${message}`,
    );
    mapping.dispose();
    const second = await again();
    second.dispose();
    return refusal;
  });

/** What the takes and the model are made with, and what is refused. */
export async function options() {
  const { context, constant } = await openContext();
  const place = port('place', 1);
  place.write([0]);
  const make = (more) => createMapping(context, { inputs: [place], outputs: { level: constant.offset }, ...more });
  const refusal = await make({ neighbours: 0 }).catch(({ code, message }) => `${code}: ${message}`);
  const mapping = await make({ capacity: 30 });
  await sleep(100);
  const added = [await teach(mapping, { level: 0.2 }), await teach(mapping, { level: 0.8 })];
  mapping.dispose();
  await context.close();
  return { refusal, evicted: added.map(({ evicted }) => evicted) };
}

/** What is refused leaves the parameters free. */
export async function refuses() {
  const { context, constant, filter } = await openContext();
  const make = (options) =>
    createMapping(context, { inputs: [port('place', 1)], outputs: { level: constant.offset }, ...options });
  const refusals = [];
  for (const options of [
    { epochs: 0 },
    { capacity: 0 },
    { speed: 1 },
    { inputs: undefined },
    { inputs: [port('place', 1), port('place', 1)] },
    { inputs: [features(new GainNode(new OfflineAudioContext(1, 1, 48000)), ['rms'])] },
    { outputs: { level: { param: constant.offset, inputs: ['pad'] } } },
    { outputs: { level: constant.offset, other: constant.offset } },
    { outputs: { level: constant.offset, other: filter.parameters?.get('cutof') } },
  ]) {
    refusals.push(await make(options).then(String, ({ message }) => message));
  }
  const mapping = await make({ capacity: 30 });
  mapping.dispose();
  await context.close();
  return refusals;
}

/** A take that begins when another one ends, takes beyond the capacity, and an end while it learns. */
export const hurries = () =>
  withMapping(
    async ({ mapping, settle }) => {
      const told = [];
      mapping.onerror = ({ error }) => told.push(error.message);
      await settle(0);
      mapping.record({ level: 0.2 });
      await sleep(150);
      const first = mapping.stop();
      mapping.record({ level: 0.8 });
      await sleep(150);
      const trained = next(mapping, 'trained');
      const added = [await first, await mapping.stop()];
      await trained;
      const targets = mapping.takes.map((take) => Array.from(new Set(take.targets)));
      mapping.record({ level: 0.5 });
      await sleep(200);
      added.push(await mapping.stop());
      const unknown = (() => {
        try {
          mapping.tolerate('wave', 2);
        } catch ({ message }) {
          return message;
        }
      })();
      mapping.dispose();
      await sleep(100);
      return { added, targets, told, unknown };
    },
    { capacity: 40 },
  );

/** One mapping plays a synth of Tone.js and a GeneratorNode; what each parameter adds up to. */
export async function underTone({ address, model }) {
  const { Tone } = await import(address);
  const tone = Tone.getContext();
  await tone.rawContext.resume();
  const synth = new Tone.Synth().toDestination();
  const node = await (await Magnet.load(model)).createNode(tone);
  node.connect(tone.rawContext.destination);
  const place = port('place', 1);
  const mapping = await createMapping(tone, {
    inputs: [place],
    outputs: { pitch: synth.frequency, position: node.parameters.get('position') },
  });
  synth.triggerAttack(440);
  place.write([0]);
  await sleep(300);
  await teach(mapping, { pitch: 220, position: 0.2 });
  place.write([1]);
  await sleep(200);
  await teach(mapping, { pitch: 880, position: 0.9 });
  const own = node.parameters.get('position').value;
  mapping.run();
  const analyser = tone.rawContext.createAnalyser();
  Tone.connect(synth, analyser);
  const loudest = async (x) => {
    place.write([x]);
    await sleep(700);
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    return (bins.indexOf(Math.max(...bins)) * tone.sampleRate) / analyser.fftSize;
  };
  analyser.fftSize = 8192;
  const frequencies = [await loudest(0), await loudest(1)];
  const values = Array.from(mapping.values);
  mapping.dispose();
  const given = node.parameters.get('position').value;
  node.dispose();
  await tone.rawContext.close();
  return { frequencies, values, own, given };
}

/** The values of a pointer, keys, a gamepad and a phone's sensors after some events; when each was lost and found. */
export async function senses() {
  const context = new AudioContext();
  await context.resume();
  const pad = document.createElement('div');
  pad.style.cssText = 'position: fixed; left: 0; top: 0; width: 200px; height: 100px';
  document.body.append(pad);
  const stick = { connected: true, axes: [0.5, -1], buttons: [{ value: 1 }] };
  let pads = [null];
  navigator.getGamepads = () => pads;
  const mapping = await createMapping(context, { inputs: [pointer(pad), keys('ab'), gamepad(0), motion()] });
  const told = [];
  for (const type of ['lost', 'found']) mapping.addEventListener(type, ({ input }) => told.push(`${type} ${input}`));
  const type = 'onpointerrawupdate' in pad ? 'pointerrawupdate' : 'pointermove';
  const move = (clientX) => pad.dispatchEvent(new PointerEvent(type, { clientX, clientY: 25, pressure: 0.5 }));
  move(50);
  await sleep(20);
  move(150);
  const speed = await until(() => mapping.inputs[2] > 0 && mapping.inputs[2]);
  dispatchEvent(new KeyboardEvent('keydown', { key: 'B' }));
  await sleep(100);
  const lost = [...mapping.lost];
  pads = [stick];
  await until(() => told.includes('found gamepad'));
  dispatchEvent(new DeviceOrientationEvent('deviceorientation', { alpha: 90, beta: 10, gamma: 20 }));
  await sleep(200);
  const values = Array.from(mapping.inputs);
  dispatchEvent(new Event('blur'));
  pads = [null];
  await until(() => mapping.lost.has('gamepad'));
  await sleep(100);
  const after = Array.from(mapping.inputs);
  mapping.dispose();
  delete navigator.getGamepads;
  pad.remove();
  await context.close();
  return { values, after, speed, lost, told, names: mapping.inputNames };
}
