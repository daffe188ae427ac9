// Features through the C ABI: the layout in JavaScript, views that stay valid, no memory allocated.

import assert from 'node:assert/strict';
import test from 'node:test';
import { CoreAnalyser } from '../../js/core.js';
import { hash, largest, largestDifference, newAnalysisCore, read } from './support.js';

const vectors = 'tests/vectors/features/hann-1024';
const config = { size: 1024, hop: 512, sampleRate: 22050 };

/** The floats of a .npy file. */
function readNpy(path) {
  const bytes = read(path);
  return new Float32Array(Uint8Array.from(bytes.subarray(10 + bytes.readUInt16LE(8))).buffer);
}

/** All frames, one after the other, the samples pushed in pieces of `step`. */
function analyse(analyser, samples, step) {
  const frames = [];
  for (let start = 0; start < samples.length; start += step) {
    const piece = samples.subarray(start, start + step);
    for (let at = 0; at < piece.length;) {
      at += analyser.push(piece, at);
      while (analyser.next()) frames.push(...analyser.frame);
    }
  }
  return Float32Array.from(frames);
}

test('features agree with NumPy, wherever they are in a frame', () => {
  const analyser = new CoreAnalyser(newAnalysisCore(), config);
  const { layout } = analyser;
  const wanted = readNpy(`${vectors}-frames.npy`);
  const got = analyse(analyser, readNpy(`${vectors}-signal.npy`), 5000);
  assert.equal(got.length, wanted.length);
  assert.equal(layout.length, 8 + 2 * 513 + 40 + 13);
  for (let at = 0; at < wanted.length; at += layout.length) {
    const part = (frames, [from, length]) => frames.subarray(at + from, at + from + length);
    // The tolerances of the native test, which gives the reasons.
    for (const name of ['magnitudes', 'mel']) {
      const [a, b] = [part(got, layout[name]), part(wanted, layout[name])];
      assert.ok(largestDifference(a, b) <= 2e-6 * largest(b), `${name} at ${at}`);
    }
    assert.ok(largestDifference(part(got, layout.mfcc), part(wanted, layout.mfcc)) < 0.02, `mfcc at ${at}`);
    for (const name of ['rms', 'centroid', 'flatness', 'rolloff', 'flux', 'confidence']) {
      const [a, b] = [got[at + layout[name]], wanted[at + layout[name]]];
      assert.ok(Math.abs(a - b) <= 1e-4 * Math.max(b, 1), `${name} at ${at}: ${a}, not ${b}`);
    }
    if (wanted[at + layout.confidence] > 0.05) {
      const ratio = got[at + layout.pitch] / wanted[at + layout.pitch];
      assert.ok(Math.abs(ratio - 1) < 1e-4, `pitch at ${at}`);
    }
  }
  analyser.dispose();
});

test('the frames are the same to the bit however the sound is cut', () => {
  const analyser = new CoreAnalyser(newAnalysisCore(), config);
  const signal = readNpy(`${vectors}-signal.npy`);
  const whole = hash(analyse(analyser, signal, signal.length));
  for (const step of [1, 100, 128, 1000]) {
    analyser.reset();
    assert.equal(hash(analyse(analyser, signal, step)), whole, `in pieces of ${step}`);
  }
});

test('the view of the frame is reused without allocating, and renewed when other objects grow the memory', () => {
  const core = newAnalysisCore();
  const analyser = new CoreAnalyser(core, config);
  const view = analyser.frame;
  const signal = readNpy(`${vectors}-signal.npy`);
  const bytes = core.memoryBytes;
  const before = hash(analyse(analyser, signal, 128));
  assert.equal(analyser.frame, view);
  assert.equal(core.memoryBytes, bytes);
  core.abi.lodestone_free(core.abi.lodestone_alloc(64 << 20));
  assert.ok(core.memoryBytes > bytes);
  assert.notEqual(analyser.frame, view);
  analyser.reset();
  assert.equal(hash(analyse(analyser, signal, 128)), before);
});

test('bad options are refused by name', () => {
  const core = newAnalysisCore();
  for (const [options, message] of [
    [{ size: 1000 }, /^size is 1000; allowed: multiples of 32/],
    [{ hop: 4096 }, /^hop is 4096/],
    [{ melBands: 0 }, /^mel_bands is 0; allowed: 1 to 256/],
    [{ coefficients: 41 }, /^coefficients is 41; allowed: 1 to 40/],
    [{ window: 'kaiser' }, /window is/],
    [{ bands: 3 }, /bands/],
  ]) {
    assert.throws(() => new CoreAnalyser(core, options), { name: 'LodestoneError', code: 'invalid-argument', message });
  }
});
