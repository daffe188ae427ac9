// Listening: what is kept of a sound, and learning it in rounds, without a page.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { CoreModel, CoreTrainer } from '../../js/core.js';
import { Heard } from '../../js/listening/heard.js';
import { blockLength } from '../../js/listening/blocks.js';
import { learnDefaults } from '../../js/training/learn-options.js';
import { startWorker } from '../../js/threads/start-worker.js';
import { files } from '../../js/wasm/files.js';
import { module, newCore } from './support.js';

const sampleRate = 16384; // a block is an eighth of a second
const tone = (length, level = 0.3, frequency = 440) =>
  Float32Array.from({ length }, (_, i) => level * Math.sin((2 * Math.PI * frequency * i) / sampleRate));
const blocks = (samples) =>
  Array.from({ length: samples.length / blockLength }, (_, i) => samples.slice(i * blockLength, (i + 1) * blockLength));

test('the last seconds are kept, oldest first', () => {
  const heard = new Heard(1, sampleRate);
  const sound = tone(20 * blockLength).map((sample, i) => sample + 1e-3 * (i % 977));
  for (const block of blocks(sound)) heard.hear(block);
  assert.equal(heard.seconds, 1);
  assert.equal(heard.fresh, 2.5);
  assert.deepEqual(heard.clip(), sound.subarray(12 * blockLength));
  assert.equal(heard.fresh, 0);
});

test('a sound that is shorter is repeated, without clicks', () => {
  const heard = new Heard(1, sampleRate);
  for (const block of blocks(tone(3 * blockLength, 0.3, 441))) heard.hear(block);
  const clip = heard.clip();
  assert.equal(clip.length, sampleRate);
  assert.deepEqual(clip.subarray(0, 2 * blockLength), clip.subarray(3 * blockLength, 5 * blockLength));
  const steepest = 0.3 * ((2 * Math.PI * 441) / sampleRate);
  for (let i = 1; i < clip.length; ++i) assert.ok(Math.abs(clip[i] - clip[i - 1]) < 1.2 * steepest, `a click at ${i}`);
});

test('silence, pauses, NaN and Inf are not kept, but sounds fade', () => {
  const heard = new Heard(2, sampleRate);
  const rest = (value, count) => {
    for (let i = 0; i < count; ++i) heard.hear(new Float32Array(blockLength).fill(value));
  };
  rest(0, 10);
  rest(NaN, 10);
  assert.equal(heard.seconds, 0);
  for (const block of blocks(tone(4 * blockLength))) heard.hear(block);
  for (const block of blocks(tone(8 * blockLength, 0.003))) heard.hear(block); // 40 dB below
  assert.equal(heard.seconds, 0.875); // 0.5 s and the next three blocks: 0.4 s
  rest(-Infinity, 1);
  heard.forget();
  assert.equal(heard.seconds, 0);
  for (const block of blocks(tone(4 * blockLength, 0.003))) heard.hear(block);
  assert.equal(heard.seconds, 0.5); // quiet, but not compared with what is forgotten
});

/** A Worker that listens, and what it sends. */
function listener(options, seconds) {
  const events = [];
  let wake = () => {};
  const on = (name) => (value) => {
    events.push({ name, value });
    wake();
  };
  const { port1, port2 } = new MessageChannel();
  const thread = startWorker(files.listener(), { model: on('model'), progress: on('progress') });
  const failed = thread.remote.call('listen', [module, { seconds, share: 1, options, port: port2 }], [port2]);
  port1.onmessage = () => {}; // takes the blocks back
  after(() => {
    thread.terminate();
    port1.close();
  });
  return {
    ...thread,
    events,
    hear: (block) => port1.postMessage([0, 'hear', block], [block.buffer]),
    async until(check) {
      while (!check()) await Promise.race([failed, new Promise((resolve) => (wake = resolve))]);
    },
  };
}

const options = {
  ...learnDefaults('quality', undefined),
  ...{ size: 512, windowSize: 512, hop: 128, layers: [16], sampleRate },
};

test('each round is a training that starts from the round before, to the bit', async () => {
  const sound = tone(32 * blockLength);
  const { hear, until, events } = listener(options, 4);
  const models = () => events.filter(({ name }) => name === 'model').map(({ value }) => value);
  for (const block of blocks(sound)) hear(block);
  await until(() => models().length >= 3);
  const core = newCore();
  let before;
  for (const { bytes, losses } of models().slice(0, 3)) {
    const trainer = new CoreTrainer(core, sound, { ...options, epochs: losses.length }, before);
    while (trainer.begin()) {
      while (trainer.run(0, 1));
      trainer.finish();
    }
    const expected = trainer.model().toBytes();
    assert.deepEqual(Buffer.from(bytes), Buffer.from(expected));
    before = new CoreModel(core, expected);
  }
});

test('freeze, unfreeze, and forget', async () => {
  const { hear, until, events, remote } = listener(options, 2);
  const last = () => events.filter(({ name }) => name === 'progress').at(-1)?.value;
  const count = () => events.filter(({ name }) => name === 'model').length;
  remote.tell('freeze');
  for (const block of blocks(tone(16 * blockLength))) hear(block);
  await until(() => last());
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.equal(last().seconds, 0);
  remote.tell('unfreeze');
  for (const block of blocks(tone(16 * blockLength))) hear(block);
  await until(() => count() >= 1);
  await remote.call('forget');
  events.length = 0;
  await until(() => last());
  assert.deepEqual({ ...last(), share: 0 }, { seconds: 0, rounds: 0, loss: NaN, share: 0 });
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.equal(count(), 0);
  for (const block of blocks(tone(16 * blockLength))) hear(block);
  await until(() => last().rounds >= 1);
  assert.ok(last().loss > 0);
});
