import assert from 'node:assert/strict';
import test from 'node:test';
import { Magnet, Stft, reconstruct, readWav, wavBytes } from '../../js/index.js';
import { readModelFile, writeModelFile } from './model-files.js';
import { names } from '../../js/options.js';
import { chord, hash, largest, largestDifference, read, tiny } from './support.js';

const sound = { samples: chord(3), sampleRate: 8000 };
const trained = Magnet.train(sound, { ...tiny, epochs: 3 });

test('learns a sound and plays it', async () => {
  const model = await trained;
  assert.equal(model.losses.length, 3);
  assert.ok(model.losses[2] < model.losses[0]);
  assert.deepEqual(model.validationLosses, []);
  const { impulses, ...config } = model.config;
  assert.deepEqual(config, {
    ...{ size: 128, windowSize: 0, hop: 64, window: 'hann', framing: 'centered', sampleRate: 8000 },
    ...{ layers: [8], sequence: 5, scale: 'log1p', group: 1 },
  });
  assert.equal(impulses, 376); // 24,000 samples, centred frames every 64
  const { samples, sampleRate, reseeds } = await model.generate({ seconds: 1.5 });
  assert.equal(samples.length, 12000);
  assert.equal(sampleRate, 8000);
  assert.ok(reseeds >= 0);
  assert.ok(largest(samples) > 1e-3 && largest(samples) < 2);
});

test('the same seed gives the same bits, another seed other bits', async () => {
  const again = await Magnet.train(sound, { ...tiny, epochs: 3 });
  const model = await trained;
  assert.equal(hash(again.toBytes()), hash(model.toBytes()));
  const play = async (options) => hash((await model.generate({ seconds: 0.5, ...options })).samples);
  const jumping = { randomness: 0.2, seed: 7 };
  assert.equal(await play(jumping), await play(jumping));
  assert.notEqual(await play(jumping), await play({ ...jumping, seed: 8 }));
  const other = await Magnet.train(sound, { ...tiny, epochs: 3, seed: 1 });
  assert.notEqual(hash(other.toBytes()), hash(model.toBytes()));
});

test('learns from stretches of the sound', async () => {
  const options = { ...tiny, batch: 16, training: 'sequence', epochs: 20, validation: 0.1 };
  const model = await Magnet.train(sound, options);
  assert.equal(model.losses.length, 20);
  assert.ok(model.losses[19] < model.losses[0] / 2, `${model.losses}`);
  assert.ok(model.validationLosses[19] < model.validationLosses[0]);
  assert.equal(hash((await Magnet.train(sound, options)).toBytes()), hash(model.toBytes()));
  const stop = new AbortController();
  const onProgress = () => stop.abort();
  const partly = { ...options, epochs: 100000, onProgress, signal: stop.signal };
  assert.ok((await Magnet.train(sound, partly)).losses.length < 100000);
});

test('a preset stands for options that are not given', async () => {
  const train = (options) => Magnet.train(sound, { layers: [4], sequence: 4, epochs: 1, batch: 32, ...options });
  const { config } = await train({ preset: 'responsive' });
  assert.deepEqual([config.size, config.hop, config.scale], [1152, 256, 'log1p4']);
  assert.equal((await train({ preset: 'classic' })).config.scale, 'linear');
  const changed = await train({ preset: 'quality', hop: 256, size: undefined });
  assert.deepEqual([changed.config.size, changed.config.hop], [2048, 256]);
  await assert.rejects(train({ preset: 'best' }), /preset is "best"; allowed: quality, responsive, classic/);
  await assert.rejects(train({ preset: 'toString' }), /preset is "toString"; allowed/);
  await assert.rejects(train({ checkpoint: null }), {
    code: 'invalid-argument',
    message: /^the options of checkpoint is null; /,
  });
});

test('a model plays the same bits after saving and loading', async () => {
  const model = await trained;
  const loaded = await Magnet.load(model.toBytes());
  assert.deepEqual(loaded.config, model.config);
  assert.deepEqual(loaded.losses, model.losses);
  for (const source of [model.toBytes().buffer, new Blob([model.toBytes()]), new Response(model.toBytes())]) {
    assert.equal(hash((await Magnet.load(source)).toBytes()), hash(model.toBytes()));
  }
  const options = { seconds: 0.5, seed: 3, points: [0.2, 0.8], lengths: [10, 20], mode: 'stateful', phase: 'fast' };
  const [a, b] = await Promise.all([model.generate(options), loaded.generate(options)]);
  assert.equal(hash(a.samples), hash(b.samples));
});

/** The bits of bytes, the most significant first. */
function bitReader(bytes) {
  let place = 0;
  const bit = () => (bytes[place >> 3] >> (7 - (place++ & 7))) & 1;
  return (count) => Array.from({ length: count }).reduce((value) => 2 * value + bit(), 0);
}

test('training frames are coded as the documentation says, in steps of loudness', async () => {
  const model = await trained;
  const { data, frames, bins } = await model.trainingFrames();
  const take = bitReader(readModelFile(model.toBytes()).tensors.get('impulses.code').bytes);
  assert.equal(take(32), frames);
  for (let bin = 0; bin < bins; ++bin) {
    const k = take(3);
    for (let m = 0, steps = 0; m < frames; ++m) {
      let high = 0;
      while (take(1) === 0) ++high;
      const n = high * 2 ** k + take(k);
      steps += n % 2 === 0 ? n / 2 : -(n + 1) / 2;
      const magnitude = Math.expm1(0.05 * steps) / 4;
      const found = data[m * bins + bin];
      assert.ok(Math.abs(found - magnitude) <= magnitude * 2 ** -11, `${found}, ${magnitude}`); // float16
    }
  }
});

test('a folded file has the usual form and hardly differs', async () => {
  const model = await trained;
  const bytes = await model.toBytes({ folded: true });
  const { tensors } = readModelFile(bytes);
  assert.ok(readModelFile(model.toBytes()).tensors.has('components.weight'));
  assert.ok(!tensors.has('components.weight'));
  assert.deepEqual(tensors.get('lstm.weight_ih_l0').shape, [32, 65]);
  assert.deepEqual(tensors.get('impulses').dtype, 'F16');
  const folded = await Magnet.load(bytes);
  assert.deepEqual((await folded.trainingFrames()).data, (await model.trainingFrames()).data);
  const options = { seconds: 0.2, seed: 3, temperature: 0, phase: 'fast' };
  const [a, b] = await Promise.all([model.generate(options), folded.generate(options)]);
  const energy = ({ samples }) => samples.reduce((sum, value) => sum + value * value, 0);
  assert.ok(Math.abs(energy(a) / energy(b) - 1) < 0.01); // phases are chaotic: samples differ more than frames
  assert.deepEqual(await folded.toBytes({ folded: true }), bytes);
});

test('a model of the default preset takes at most 1.2 MB', { timeout: 300000 }, async () => {
  for (const name of ['piano', 'strings', 'drums']) {
    const model = await Magnet.train(await readWav(read(`examples/sounds/${name}.wav`)), { epochs: 1 });
    const bytes = model.toBytes().length + 299 * 12; // a loss of an epoch takes 12 at most
    console.log(`${name}: ${bytes} bytes`);
    assert.ok(bytes <= 1.2e6);
  }
});

test('every name of an enumeration matches what the core writes', async () => {
  const settings = [
    ...names.windows.map((window) => ({ window })),
    ...names.framings.map((framing) => ({ framing })),
    ...names.scales.map((scale) => ({ scale })),
  ];
  for (const setting of settings) {
    const model = await Magnet.train(sound, { ...tiny, ...setting, epochs: 1 });
    const { stft, network } = readModelFile(model.toBytes());
    const [[name, value]] = Object.entries(setting);
    assert.equal({ ...stft, ...network }[name], value);
    assert.equal(model.config[name], value);
  }
});

test('mixes the channels of an AudioBuffer', async () => {
  const buffer = {
    sampleRate: 8000,
    numberOfChannels: 2,
    getChannelData: (channel) => sound.samples.map((sample) => sample * (channel === 0 ? 1.5 : 0.5)),
  };
  const model = await Magnet.train(buffer, { ...tiny, sampleRate: undefined, epochs: 3 });
  assert.equal(model.config.sampleRate, 8000);
  assert.ok(Math.abs(model.losses[2] - (await trained).losses[2]) < 1e-5 * model.losses[2]);
  await assert.rejects(Magnet.train(buffer, { ...tiny, sampleRate: 44100 }), {
    code: 'invalid-argument',
    message: /sampleRate is 44100.*8000/,
  });
});

test('samples without a sample rate get that of the options', async () => {
  const { samples } = sound;
  const rateOf = async (audio, options) =>
    (await Magnet.train(audio, { ...tiny, epochs: 1, ...options })).config.sampleRate;
  assert.equal(await rateOf({ samples }, { sampleRate: 48000 }), 48000);
  assert.equal(await rateOf({ samples }, { sampleRate: undefined }), 44100);
  assert.equal(await rateOf(samples, { sampleRate: undefined }), 44100);
});

test('a training whose loss is no longer finite ends with advice', async () => {
  const file = readModelFile(await (await trained).toBytes({ folded: true }));
  const huge = [...file.tensors.values()].map((tensor) => {
    if (!tensor.name.startsWith('fc.')) return tensor;
    const values = Float32Array.from({ length: tensor.bytes.length / 4 }, (_, i) => (i % 2 ? -3e38 : 3e38));
    return { ...tensor, bytes: new Uint8Array(values.buffer) };
  });
  const initial = await Magnet.load(writeModelFile(file, huge));
  await assert.rejects(Magnet.train(sound, { ...tiny, epochs: 1, initial }), {
    code: 'invalid-data',
    message:
      /^training blew up in epoch 1: the loss was not finite ten times in a row, .*; try a smaller learning rate/,
  });
});

test('continues from a model', async () => {
  const model = await trained;
  const further = await Magnet.train(sound, { ...tiny, epochs: 1, initial: model });
  assert.ok(further.losses[0] < model.losses[1]);
});

test('holds out a part, omits the impulses, reports the end', async () => {
  const reports = [];
  const onProgress = (progress) => reports.push(progress);
  const options = { ...tiny, epochs: 4, validation: 0.2, impulses: false, layers: [8, 6], initialiser: 'keras' };
  const model = await Magnet.train(sound, { ...options, clipNorm: 1, scale: 'log1p', onProgress });
  assert.equal(model.validationLosses.length, 4);
  assert.equal(model.config.impulses, 0);
  const { stepsPerSecond, ...end } = reports.at(-1);
  assert.ok(stepsPerSecond > 0);
  const [loss, validationLoss] = [model.losses.at(-1), model.validationLosses.at(-1)];
  assert.deepEqual(end, {
    epoch: 4,
    epochs: 4,
    step: end.steps,
    steps: end.steps,
    loss,
    validationLoss,
    secondsLeft: 0,
  });
  assert.equal((await model.generate({ seconds: 0.1 })).samples.length, 800);
});

test('delivers models during training', async () => {
  const stop = new AbortController();
  let soFar;
  const onModel = (model) => {
    soFar = model;
    stop.abort();
  };
  const kept = await Magnet.train(sound, { ...tiny, epochs: 1e6, onModel, signal: stop.signal });
  assert.deepEqual(soFar.config, kept.config);
  assert.ok(soFar.losses.length > 0 && soFar.losses.length <= kept.losses.length);
  assert.equal((await soFar.generate({ seconds: 0.1 })).samples.length, 800);
});

test('aborting a generation or a reconstruction rejects with the reason', async () => {
  const model = await trained;
  const stop = () => {
    const controller = new AbortController();
    return { signal: controller.signal, onProgress: () => controller.abort() };
  };
  await assert.rejects(model.generate({ seconds: 3000, ...stop() }), { name: 'AbortError' });
  const stft = await Stft.create({ size: 128, hop: 64 });
  const stages = [{ method: 'griffin-lim', iterations: 10000 }];
  const request = reconstruct(stft.magnitudes(sound.samples), { ...stft.config, stages, ...stop() });
  await assert.rejects(request, { name: 'AbortError' });
});

test('nothing is reported after the promise is settled', async () => {
  const controller = new AbortController();
  let calls = 0;
  const onProgress = () => {
    calls += 1;
    const end = performance.now() + 300; // meanwhile the worker's reports queue up
    while (performance.now() < end);
    controller.abort();
  };
  await Magnet.train(sound, { ...tiny, epochs: 1e6, onProgress, signal: controller.signal });
  const before = calls;
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(calls, before);
});

test('an error in onProgress reaches the caller', async () => {
  const onProgress = () => {
    throw new Error('from the page');
  };
  await assert.rejects(Magnet.train(sound, { ...tiny, epochs: 1e6, onProgress }), { message: 'from the page' });
});

test('finds phases by presets and by stages', async () => {
  const stft = await Stft.create({ size: 256, hop: 64, sampleRate: 8000 });
  const magnitudes = stft.magnitudes(sound.samples);
  const total = Math.hypot(...magnitudes.data);
  /** Relative distance of the sound's magnitudes from the target. */
  const error = async (options) => {
    const { samples, spectrum, sampleRate } = await reconstruct(magnitudes, { ...stft.config, ...options });
    assert.equal(sampleRate, 8000);
    assert.equal(samples.length, sound.samples.length);
    assert.deepEqual([spectrum.frames, spectrum.bins], [magnitudes.frames, magnitudes.bins]);
    return Math.hypot(...stft.magnitudes(samples).data.map((value, i) => value - magnitudes.data[i])) / total;
  };
  const zeroPhase = await error({ stages: [{ method: 'batch', iterations: 1, alpha: 1e9 }] });
  for (const preset of ['best', 'fast', 'music', 'speech', 'griffin-lim', 'pghi', 'spsi']) {
    const found = await error({ preset });
    assert.ok(found < 0.7 * zeroPhase, `${preset}: ${found}, without phases ${zeroPhase}`);
  }
  const nofuture = { method: 'nofuture', alpha: 1, beta: 0 };
  const fromStages = await error({ stages: [nofuture, { method: 'batch', iterations: 20 }], weightRange: 4 });
  assert.ok(fromStages < 0.7 * zeroPhase);
  const start = stft.transform(sound.samples);
  const stay = await error({ stages: [{ method: 'batch', iterations: 1, alpha: 1e9 }], start });
  assert.ok(stay < 1e-4); // the true phases are not changed
});

test('WAV files survive a round trip', async () => {
  const samples = Float32Array.of(0, 0.5, -0.5, 1, -1, 2);
  const exact = await readWav(await wavBytes(samples, 22050, { float: true }));
  assert.deepEqual(exact, { samples, sampleRate: 22050 });
  const rounded = await readWav(await wavBytes(samples, 22050));
  const clipped = samples.map((sample) => Math.min(sample, 1));
  assert.ok(largestDifference(rounded.samples, clipped) <= 1 / 32767); // half a step, and full scale is 32767/32768
});

test('a disposed model cannot be used', async () => {
  const model = await Magnet.load((await trained).toBytes());
  model.dispose();
  assert.throws(() => model.toBytes(), { code: 'invalid-argument', message: /disposed/ });
  await assert.rejects(model.generate(), { code: 'invalid-argument', message: /disposed/ });
});

test('returns the frames it was trained on', async () => {
  const model = await Magnet.train(sound, { ...tiny, epochs: 1, normalise: false, components: 0 });
  const { data, frames, bins } = await model.trainingFrames();
  assert.deepEqual([frames, bins, data.length], [376, 65, 376 * 65]);
  const stft = await Stft.create({ size: 128, hop: 64, sampleRate: 8000 });
  const magnitudes = stft.magnitudes(sound.samples);
  // The model keeps float16: half a unit in the last place of 11 bits, 2^-24 at the smallest.
  const far = data.findIndex((value, i) => Math.abs(value - magnitudes.data[i]) > magnitudes.data[i] / 2048 + 2 ** -24);
  assert.equal(far, -1);
  const compact = await Magnet.train(sound, { ...tiny, epochs: 1, normalise: false });
  const rounded = (await compact.trainingFrames()).data;
  // With components in steps of loudness: half a step, and float16.
  const loudness = (magnitude) => Math.log1p(4 * magnitude);
  assert.ok(rounded.every((value, i) => Math.abs(loudness(value) - loudness(magnitudes.data[i])) < 0.026));
  const without = await Magnet.train(sound, { ...tiny, epochs: 1, impulses: false });
  assert.equal((await without.trainingFrames()).frames, 0);
});
