import assert from 'node:assert/strict';
import test from 'node:test';
import { Stft } from '../../js/index.js';
import { names } from '../../js/options.js';
import { chord, hash, largest, largestDifference, read, readTensors } from './support.js';

for (const [file, size, hop] of [
  ['drums-512-128', 512, 128],
  ['piano-2048-512', 2048, 512],
]) {
  test(`agrees with torch.stft: ${file}`, async () => {
    const { tensors } = readTensors(read(`tests/vectors/stft/${file}.safetensors`));
    const stft = await Stft.create({ size, hop });
    const { frames, bins, data, length } = stft.magnitudes(tensors.signal.data);
    assert.deepEqual([frames, bins], tensors.magnitudes.shape);
    assert.equal(length, tensors.signal.data.length);
    // The tolerance of tests/vectors/README.md.
    assert.ok(largestDifference(data, tensors.magnitudes.data) < 1e-5 * largest(tensors.magnitudes.data));
    stft.dispose();
  });
}

for (const framing of names.framings) {
  for (const window of names.windows) {
    test(`the inverse returns the samples: ${framing}, ${window}`, async () => {
      const stft = await Stft.create({ size: 240, windowSize: 200, hop: 50, window, framing });
      assert.deepEqual(stft.config, { size: 240, windowSize: 200, hop: 50, window, framing, sampleRate: 44100 });
      const signal = chord(0.5);
      const back = stft.inverse(stft.transform(signal));
      // Framing `none` leaves out what does not fill a frame; its outermost samples lie at the window's ends.
      const inner = framing === 'none' ? [240, back.length - 240] : [0, signal.length];
      if (framing !== 'none') assert.equal(back.length, signal.length);
      const difference = largestDifference(back.subarray(...inner), signal.subarray(...inner));
      assert.ok(difference < 1e-6, `differs by ${difference}`); // of full scale, as the core promises
      stft.dispose();
    });
  }

  test(`streams give the bits of the whole: ${framing}`, async () => {
    const stft = await Stft.create({ size: 256, hop: 64, framing });
    const signal = chord(0.7);
    const whole = stft.transform(signal);
    const [analysis, synthesis] = [stft.stream(), stft.inverseStream()];
    const spectra = [];
    for (let at = 0, step = 1; at < signal.length; at += step, step = (step * 7) % 997) {
      spectra.push(analysis.push(signal.subarray(at, at + step)));
    }
    spectra.push(analysis.finish());
    const frames = spectra.flatMap(({ data }) => [...data]);
    assert.equal(hash(Float32Array.from(frames)), hash(whole.data));
    const parts = [...spectra.map((spectrum) => synthesis.push(spectrum)), synthesis.finish()];
    const samples = Float32Array.from(parts.flatMap((part) => [...part]));
    const expected = stft.inverse({ ...whole, length: 0 });
    assert.equal(hash(samples.subarray(0, expected.length)), hash(expected));
    analysis.reset();
    assert.equal(hash(analysis.push(signal).data), hash(whole.data.subarray(0, hashable(analysis, whole))));
    for (const object of [analysis, synthesis, stft]) object.dispose();
  });
}

/** After a push without `finish`, the frames are the first of the whole. */
function hashable(stream, whole) {
  return whole.data.length - stream.finish().data.length;
}

test('accepts plain arrays and other typed arrays', async () => {
  const stft = await Stft.create({ size: 64, hop: 16 });
  const expected = hash(stft.magnitudes(Float32Array.of(...Array(100).keys())).data);
  assert.equal(hash(stft.magnitudes([...Array(100).keys()]).data), expected);
  assert.equal(hash(stft.magnitudes(Float64Array.of(...Array(100).keys())).data), expected);
});
