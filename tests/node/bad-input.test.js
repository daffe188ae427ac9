import assert from 'node:assert/strict';
import test from 'node:test';
import {
  CoreGeneration,
  CoreLiveModel,
  CoreModel,
  CorePhase,
  CorePlayer,
  CoreReconstruction,
  CoreStft,
  CoreStftStream,
  CoreTrainer,
} from '../../js/core.js';
import { LodestoneError, Magnet, Stft, readWav, reconstruct, wavBytes } from '../../js/index.js';
import { chord, newAnalysisCore, newCore, read, tiny } from './support.js';

const core = newCore();
const analysis = newAnalysisCore();
const bad = (code, message) => (error) => {
  assert.ok(error instanceof LodestoneError, `${error}`);
  assert.equal(error.code, code, error.message);
  assert.match(error.message, message);
  return true;
};
const argument = (message) => bad('invalid-argument', message);
const data = (message) => bad('invalid-data', message);

const model = () => {
  const trainer = new CoreTrainer(core, chord(1), tiny);
  trainer.step();
  return trainer.model();
};

test('options of the STFT', () => {
  for (const [options, message] of [
    [{ hop: 0 }, /hop is 0; allowed: 1 to 2048/],
    [{ hop: 2.5 }, /hop is 2\.5; allowed: whole numbers/],
    [{ hop: NaN }, /hop is NaN/],
    [{ hop: '512' }, /hop is "512"/],
    [{ hop: 1e10 }, /hop is 10000000000/],
    [{ size: 2047 }, /size is 2047.*20(46|48|45|50)/],
    [{ size: 0 }, /size is 0/],
    [{ size: -2 }, /size is -2/],
    [{ size: 17 * 4 }, /size is 68/],
    [{ size: 1e9 }, /size is 1000000000/],
    [{ windowSize: 4096 }, /window.?size is 4096/i],
    [{ window: 'triangle' }, /window is "triangle"; allowed: hann,/],
    [{ framing: null }, /framing is null; allowed: centered, none, lws/],
    [{ sampleRate: 0 }, /sample.?rate is 0/i],
    [{ sampleRate: NaN }, /sample.?rate is nan/i],
    [{ sampleRate: Infinity }, /sample.?rate is inf/i],
    [{ hopp: 512 }, /Stft has no option hopp; options: size, windowSize, hop/],
    [{ toString: 1 }, /no option toString/],
    [null, /options of Stft is null/],
    ['2048', /options of Stft is "2048"/],
  ]) {
    assert.throws(() => new CoreStft(analysis, options), argument(message));
    assert.throws(() => new CoreStftStream(analysis, options), argument(message));
  }
});

test('the C ABI itself checks enumerators and sizes', () => {
  const { abi } = core;
  const stft = (...numbers) =>
    analysis.lend([Float64Array.from(numbers)], (at) => analysis.abi.lodestone_stft_create(at, numbers.length));
  assert.equal(stft(2048, 0, 512, 99, 0, 44100), 0);
  assert.match(analysis.failure().message, /window is 99; allowed: 0 to 5/);
  assert.equal(stft(2048, 0, 512, 0, -1, 44100), 0);
  assert.match(analysis.failure().message, /framing is -1/);
  assert.equal(stft(2048, 0, 512, 0, 0), 0);
  assert.match(analysis.failure().message, /a configuration has 5 numbers; allowed: 6/);
  assert.equal(abi.lodestone_alloc(1e18), 0);
  assert.equal(core.failure().code, 'out-of-memory');
  assert.equal(abi.lodestone_alloc(NaN), 0);
  const dream = Float64Array.of(0, 7, 0, 0, 0, 0);
  assert.equal(
    core.lend([dream], (at) => abi.lodestone_dream_create(at, 6, 0, 0, 0)),
    0,
  );
  assert.match(core.failure().message, /mode is 7/);
  assert.equal(abi.lodestone_wav_read(0, 0), 0);
  assert.equal(abi.lodestone_model_read(0, 0), 0);
  assert.match(core.failure().message, /expected at least 8 bytes, found 0/);
  const phase = new CorePhase(core);
  const stage = Float64Array.of(9, 1, 1, 0, 1, 0);
  assert.equal(
    core.lend([stage], (at) => abi.lodestone_phase_add_stage(phase.pointer, at, 6)),
    1,
  );
});

test('samples: empty, one, NaN, Inf, no samples at all', () => {
  const stft = new CoreStft(analysis, { size: 64, hop: 16 });
  assert.throws(() => stft.transform(new Float32Array()), data(/0/));
  assert.throws(() => stft.transform(new Float32Array(1)), data(/33/));
  for (const value of [NaN, Infinity, -Infinity]) {
    const samples = new Float32Array(500);
    samples[321] = value;
    assert.throws(() => stft.transform(samples), data(/321/));
    assert.throws(() => stft.magnitudes(samples), data(/321/));
  }
  for (const nothing of [undefined, null, 'abc', {}, new ArrayBuffer(8), new DataView(new ArrayBuffer(8))]) {
    assert.throws(() => stft.transform(nothing), argument(/samples is .*; allowed: Float32Array/));
  }
  const silence = stft.magnitudes(new Float32Array(500));
  assert.ok(silence.data.every((value) => value === 0));
});

test('spectra that do not fit', () => {
  const stft = new CoreStft(analysis, { size: 64, hop: 16 });
  const spectrum = stft.transform(new Float32Array(500));
  for (const change of [
    { bins: 32 },
    { frames: spectrum.frames + 1 },
    { frames: 1.5 },
    { frames: -1 },
    { frames: 2 ** 40 },
    { data: spectrum.data.subarray(1) },
    { length: NaN },
  ]) {
    assert.throws(() => stft.inverse({ ...spectrum, ...change }), data(/spectrum has .*expected/));
  }
  assert.throws(() => stft.inverse(undefined), argument(/spectrum\.data is undefined/));
  const sparse = new CoreStft(analysis, { size: 64, hop: 64 });
  assert.throws(() => sparse.inverse(sparse.transform(new Float32Array(500))), argument(/hop|window/));
});

test('training: too short, silent, wrong sizes, too much', () => {
  const train = (options, samples = chord(1)) => new CoreTrainer(core, samples, { ...tiny, ...options }).dispose();
  assert.throws(() => train({}, new Float32Array()), LodestoneError);
  assert.throws(() => train({}, new Float32Array(1)), LodestoneError);
  assert.throws(() => train({}, chord(0.05)), data(/7 frames \(0\.06 s\).*needs 13 frames \(0\.11 s\)/));
  train({}, new Float32Array(8000));
  assert.throws(() => train({}, chord(1).fill(NaN, 100, 101)), data(/100/));
  for (const [options, message] of [
    [{ layers: [] }, /layers/],
    [{ layers: [1, 2, 3, 4, 5] }, /layers/],
    [{ layers: [0] }, /layers|hidden/],
    [{ layers: [1e9] }, /1000000000/],
    [{ layers: 128 }, /layers is 128; allowed: arrays/],
    [{ layers: ['a'] }, /layers\[0\] is "a"/],
    [{ sequence: 0 }, /sequence is 0/],
    [{ batch: 1 }, /batch is 1/],
    [{ batch: 1e9 }, /batch is 1000000000/],
    [{ training: 'stretches' }, /training is "stretches"; allowed: windows, sequence/],
    [{ run: 65 }, /run is 65; allowed: 1 to \d+, the batch/],
    [{ training: 'sequence', stretch: 65 }, /stretch is 65; allowed: 1 to \d+, the batch/],
    [{ learningRate: -1 }, /learning.?rate is -1/i],
    [{ learningRate: NaN }, /learning.?rate is nan/i],
    [{ weightDecay: -1 }, /weight.?decay is -1/i],
    [{ clipNorm: -1 }, /clip.?norm is -1/i],
    [{ validation: 0.9 }, /validation is 0\.9/],
    [{ scale: 'cubic' }, /scale is "cubic"; allowed: linear, log1p, log1p4/],
    [{ initialiser: 'zeros' }, /initialiser is "zeros"/],
    [{ seed: -1 }, /seed is -1/],
    [{ seed: 2 ** 32 }, /seed is 4294967296/],
    [{ seed: 0.5 }, /seed is 0\.5/],
    [{ impulses: 1 }, /impulses is 1; allowed: true, false/],
    [{ epochs: -2 }, /epochs is -2; allowed: -1 \(as many as the sound needs\), 0 \(no end\) to 1000000/],
    [{ rounds: 2 }, /training has no option rounds/],
  ]) {
    assert.throws(() => train(options), argument(message));
  }
  const memory = bad('out-of-memory', /training on \d+ frames takes \d+ MB; 4096 MB are available/);
  const wide = { size: 65536, hop: 256 };
  const frames = bad('out-of-memory', /out of memory: \d+ x 1 values of 4 bytes cannot be allocated/);
  assert.throws(() => train(wide, new Float32Array(256 * 18000)), frames);
  const deep = { layers: [4096, 4096, 4096, 4096], batch: 4096, sequence: 40, size: 16384, hop: 64 };
  assert.throws(() => train(deep, new Float32Array(64 * 5000)), memory);
});

test('an initial model of another shape', () => {
  const learned = model();
  assert.throws(() => new CoreTrainer(core, chord(1), { ...tiny, layers: [9] }, learned), /LodestoneError|shape|found/);
  assert.throws(() => new CoreTrainer(core, chord(1), { ...tiny, size: 256 }, learned), /LodestoneError|shape|found/);
});

test('model files: empty, foreign, truncated, flipped', () => {
  const bytes = model().toBytes();
  const load = (broken) => new CoreModel(core, broken).dispose();
  assert.throws(() => load(new Uint8Array()), data(/./));
  assert.throws(() => load(read('README.md')), data(/./));
  assert.throws(() => load(read('tests/vectors/magnet/tiny.safetensors')), data(/lodestone/));
  const hugeHeader = bytes.slice();
  hugeHeader.set([0, 0, 0, 0, 0, 0, 0, 0x80]); // 2^63
  assert.throws(() => load(hugeHeader), data(/header/));
  for (let length = 0; length < bytes.length; length += 991) {
    assert.throws(() => load(bytes.subarray(0, length)), data(/./));
  }
  let refused = 0;
  for (let i = 0; i < 400; ++i) {
    const flipped = bytes.slice();
    flipped[(i * 7919) % Math.min(bytes.length, 4000)] ^= 1 << (i % 8);
    try {
      load(flipped);
    } catch (error) {
      assert.ok(error instanceof LodestoneError, `${error}`);
      refused += 1;
    }
  }
  assert.ok(refused > 50, `${refused} of 400`);
});

test('dreams and generations', () => {
  const learned = model();
  const generate = (seconds, dream, phase) => new CoreGeneration(core, learned, seconds, dream, phase).dispose();
  for (const [seconds, message] of [
    [0, /seconds is 0/],
    [-1, /seconds is -1/],
    [NaN, /seconds is nan/i],
    ['5', /seconds is "5"/],
  ]) {
    assert.throws(() => generate(seconds), argument(message));
  }
  assert.throws(() => generate(1e12), LodestoneError);
  for (const [dream, message] of [
    [{ position: 1.5 }, /position is 1\.5/],
    [{ position: NaN }, /position is nan/i],
    [{ randomness: -0.1 }, /randomness is -0\.1/],
    [{ points: [0.5] }, /points has 1 entries, lengths has 0/],
    [{ points: [2], lengths: [10] }, /points.* 2/],
    [{ points: [0.5], lengths: [0] }, /lengths.* 0/],
    [{ points: 0.5, lengths: 1 }, /points is 0\.5/],
    [{ mode: 'looping' }, /mode is "looping"; allowed: window, stateful/],
    [{ start: 'loud' }, /start is "loud"; allowed: silent, audible/],
    [{ seed: 1.5 }, /seed is 1\.5/],
    [{ temperature: 5 }, /temperature is 5; allowed: 0 to 4/],
    [{ warmth: 1 }, /no option warmth/],
  ]) {
    assert.throws(() => generate(1, dream), argument(message));
  }
  for (const [phase, message] of [
    [{ preset: 'worst' }, /preset is "worst"; allowed: best, /],
    [{ preset: 'é😀' }, /preset is/],
    [{ preset: 'best', stages: [] }, /not both/],
    [{ stages: [] }, /stage/],
    [{ stages: 3 }, /stages/],
    [{ stages: [{ method: 'magic' }] }, /method is "magic"; allowed: nofuture/],
    [{ stages: [{ method: 'batch', iterations: 0 }] }, /iterations is 0/],
    [{ stages: [{ method: 'batch', alpha: -1 }] }, /alpha is -1/],
    [{ stages: [{ method: 'griffin-lim', momentum: 3 }] }, /momentum is 3/],
    [{ stages: [{ methode: 'batch' }] }, /a phase stage has no option methode/],
    [{ lookAhead: 100 }, /look.?ahead is 100/i],
    [{ weightRange: 0 }, /weight.?range is 0/i],
  ]) {
    assert.throws(() => generate(1, {}, phase), argument(message));
  }
});

test('players', () => {
  const live = new CoreLiveModel(core, model()).bytes();
  const play = (bytes, options) => new CorePlayer(core, bytes, options).dispose();
  for (const [options, message] of [
    [{ mode: 'looping' }, /mode is "looping"; allowed: window, stateful/],
    [{ seed: 1.5 }, /seed is 1\.5/],
    [{ sampleRate: 100 }, /rate.* 100/],
    [{ sampleRate: 'high' }, /sampleRate is "high"/],
    [{ spread: 1 }, /spread is 1/],
    [{ warmth: 1 }, /no option warmth/],
    [{ method: 'batch' }, /method|online/],
    [{ iterations: 101 }, /iterations is 101/],
    [{ level: -1 }, /level is -1/],
    [{ weightRange: 0 }, /weight.?range is 0/i],
  ]) {
    assert.throws(() => play(live, options), argument(message));
  }
  for (const length of [0, 10, live.length - 1]) assert.throws(() => play(live.subarray(0, length)), data(/./));
});

test('reconstructions', () => {
  const stft = { size: 64, hop: 16 };
  const good = new CoreStft(analysis, stft).magnitudes(chord(0.1));
  const start = (magnitudes, from) =>
    new CoreReconstruction(analysis, magnitudes, stft, { preset: 'fast' }, from).dispose();
  const spoilt = (value) => ({ ...good, data: good.data.slice().fill(value, 70, 71) });
  assert.throws(() => start(spoilt(-1)), data(/./));
  assert.throws(() => start(spoilt(NaN)), data(/./));
  assert.throws(() => start(spoilt(Infinity)), data(/./));
  assert.throws(() => start({ ...good, bins: 65 }), data(/magnitudes has/));
  assert.throws(() => start(good, good), data(/start has/));
});

test('WAV files', async () => {
  const wav = await wavBytes(chord(0.1), 8000);
  assert.throws(() => core.readWav(new Uint8Array()), data(/./));
  assert.throws(() => core.readWav(read('README.md')), data(/WAV|RIFF/));
  for (let length = 0; length < 44; ++length) assert.throws(() => core.readWav(wav.subarray(0, length)), data(/./));
  for (let i = 0; i < 44 * 8; ++i) {
    const flipped = wav.slice();
    flipped[i >> 3] ^= 1 << (i % 8);
    try {
      core.readWav(flipped);
    } catch (error) {
      assert.ok(error instanceof LodestoneError, `${error}`);
    }
  }
  await assert.rejects(wavBytes(chord(0.1), 0), argument(/sampleRate is 0; allowed: 1 to 768000/));
  await assert.rejects(wavBytes(Float32Array.of(0, NaN), 8000), data(/sample 1 is NaN/));
  await assert.rejects(readWav(42), argument(/is not readable/));
  await assert.rejects(wavBytes(chord(0.1), '44100'), argument(/sampleRate is "44100"/));
});

test('the asynchronous API rejects with the same messages', async () => {
  await assert.rejects(Stft.create({ hop: 0 }), argument(/hop is 0; allowed: 1 to 2048/));
  await assert.rejects(Magnet.train(chord(1), { ...tiny, hop: 0 }), argument(/hop is 0/));
  await assert.rejects(Magnet.train(chord(1), { ...tiny, epochs: 0 }), argument(/epochs is 0/));
  await assert.rejects(Magnet.train(chord(1), { ...tiny, epoch: 5 }), argument(/Magnet\.train has no option epoch;/));
  await assert.rejects(Magnet.train(undefined, tiny), argument(/audio is undefined/));
  await assert.rejects(Magnet.train({ samples: 'x', sampleRate: 8000 }, tiny), argument(/samples is "x"/));
  await assert.rejects(Magnet.train(chord(1), { ...tiny, layers: () => 1 }), argument(/train: .* could not be cloned/));
  await assert.rejects(
    Magnet.train(chord(1), { ...tiny, initial: {} }),
    argument(/initial is Object; allowed: Magnet/),
  );
  await assert.rejects(Magnet.train(chord(1), { ...tiny, signal: {} }), argument(/signal is Object; allowed: Abort/));
  await assert.rejects(Magnet.load(new Uint8Array(100)), data(/./));
  await assert.rejects(Magnet.load('/no/such/model'), data(/cannot be read/));
  const learned = await Magnet.load(model().toBytes());
  await assert.rejects(learned.generate({ signal: {} }), argument(/signal is Object; allowed: AbortSignal/));
  await assert.rejects(learned.generate({ seconds: 0 }), argument(/seconds is 0/));
  await assert.rejects(learned.generate({ second: 1 }), argument(/generate has no option second;/));
  await assert.rejects(learned.generate({ phase: 'worst' }), argument(/preset is "worst"/));
  const stft = await Stft.create({ size: 64, hop: 16 });
  await assert.rejects(reconstruct(stft.magnitudes(chord(0.1)), { size: 128, hop: 32 }), data(/magnitudes has/));
  await assert.rejects(reconstruct(undefined, { size: 128, hop: 32 }), argument(/magnitudes/));
});
