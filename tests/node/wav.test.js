import assert from 'node:assert/strict';
import test from 'node:test';
import { readWav, wavBytes } from '../../js/index.js';
import { hash } from './support.js';

/** Halves between two integers, and peaks beyond full scale. */
const samples = Float32Array.from({ length: 5000 }, (_, i) => ((i - 2500) / 65536) * (i % 7 === 0 ? 30 : 1));

test('a WAV file has the same bytes as from the C++ writer', async () => {
  const bytes = { false: 'f97f4d4e7e55826c3ac49e9de7c0451253aab845ef01561ecadfc80218ad798b' };
  bytes.true = 'ce3226ee9b6027e9e9d12ad377c6226a2a1530a5df70fefc3f3e9c2305a4b66d';
  for (const float of [false, true]) assert.equal(hash(await wavBytes(samples, 44100.4, { float })), bytes[float]);
});

test('what is written can be read', async () => {
  const read = await readWav(await wavBytes(samples, 44100.4, { float: true }));
  assert.deepEqual(read, { samples, sampleRate: 44100 });
});
