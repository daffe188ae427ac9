// Requests to a running training, the audio it accepts, and the workers that share it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Magnet, wavBytes } from '../../js/index.js';
import { chord, hash, tiny as shape } from './support.js';

/** On windows, which workers share. */
const tiny = { ...shape, preset: 'classic' };
const sampleRate = tiny.sampleRate;
const samples = chord(3);
const bits = async (training) => hash((await training).toBytes());
const endless = { ...tiny, epochs: 1e6 };

/** Runs `task` as if the page were not isolated, so that it may not share memory. */
async function notIsolated(task) {
  globalThis.crossOriginIsolated = false;
  try {
    return await task();
  } finally {
    delete globalThis.crossOriginIsolated;
  }
}

/** The workers that `task` starts, by listening to Node's. */
async function watchWorkers(task) {
  const workers = new Set();
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (...message) {
    workers.add(this);
    return postMessage.apply(this, message);
  };
  try {
    return await task(workers);
  } finally {
    Worker.prototype.postMessage = postMessage;
  }
}

for (const kind of ['windows', 'sequence']) {
  test(`any number of workers learns the same bits from ${kind}`, async () => {
    const options = { ...tiny, batch: 16, epochs: 2, validation: 0.2, training: kind };
    const expected = await bits(Magnet.train(samples, { ...options, workers: 1 }));
    for (const workers of [2, 4, 8]) {
      const training = () => bits(Magnet.train(samples, { ...options, workers }));
      assert.equal(await training(), expected, `${workers} workers with shared memory`);
      assert.equal(await notIsolated(training), expected, `${workers} workers with ports`);
    }
  });
}

test('a training is a promise', async () => {
  const training = Magnet.train(samples, { ...tiny, epochs: 1 });
  assert.ok(training instanceof Promise);
  assert.equal(training.id, undefined);
  assert.equal(training.then().constructor, Promise);
  const [model] = await Promise.all([training, training.finally()]);
  assert.equal(await training.snapshot(), model);
});

test('pauses, resumes, and delivers models meanwhile', async () => {
  const stop = new AbortController();
  let steps = 0;
  const onProgress = ({ step }) => (steps = step);
  const training = Magnet.train(samples, { ...endless, onProgress, signal: stop.signal });
  const early = await training.snapshot();
  training.pause();
  await sleep(300);
  const before = steps;
  const resting = await training.snapshot();
  assert.ok(resting.losses.length >= early.losses.length);
  assert.equal(hash((await training.snapshot()).toBytes()), hash(resting.toBytes()));
  await sleep(300);
  assert.equal(steps, before);
  training.resume();
  await sleep(300);
  assert.ok(steps > before, `${steps} steps, ${before} before the pause`);
  assert.equal((await resting.generate({ seconds: 0.1 })).samples.length, sampleRate / 10);
  training.pause();
  stop.abort();
  assert.ok((await training).losses.length > resting.losses.length);
});

test('may be paused from the start', async () => {
  let steps = 0;
  const training = Magnet.train(samples, { ...tiny, epochs: 200, onProgress: ({ step }) => (steps = step) });
  training.pause();
  await sleep(500);
  assert.ok(steps <= 1, `${steps} steps`);
  training.resume();
  assert.equal((await training).losses.length, 200);
});

test('reports at most 10 times a second', async () => {
  const times = [];
  await Magnet.train(samples, { ...tiny, epochs: 300, onProgress: () => times.push(performance.now()) });
  assert.ok(times.length > 3, `${times.length} reports`);
  // Reports on their way to the main thread may be 50 ms late.
  const most = Math.max(...times.map((now) => times.filter((time) => time <= now && time > now - 950).length));
  assert.ok(most <= 10, `${most} reports in a second`);
});

test('an abort soon gives the model so far, or before the first step its reason', async () => {
  for (const workers of [1, 2]) {
    for (const isolated of [true, false]) {
      const stop = new AbortController();
      let aborted;
      const onProgress = ({ epoch }) => {
        if (epoch < 2 || aborted) return;
        aborted = performance.now();
        stop.abort();
      };
      const train = () => Magnet.train(samples, { ...endless, workers, onProgress, signal: stop.signal });
      const model = await (isolated ? train() : notIsolated(train));
      assert.ok(performance.now() - aborted < 200, `${performance.now() - aborted} ms`);
      assert.ok(model.losses.length >= 2);
    }
  }
  const never = { signal: AbortSignal.abort(new Error('never')) };
  await assert.rejects(Magnet.train(samples, { ...endless, ...never }), { message: 'never' });
  const atOnce = new AbortController();
  const training = Magnet.train(samples, { ...endless, signal: atOnce.signal });
  const waiting = training.snapshot();
  atOnce.abort(new Error('at once'));
  await assert.rejects(training, { message: 'at once' });
  await assert.rejects(waiting, { message: 'at once' });
});

test('an abort does not wait for the end of a long step', async () => {
  const long = { preset: 'classic', sequence: 40, batch: 1024, epochs: 10, size: 512, hop: 128, workers: 2 };
  const times = [];
  let step;
  for (let tries = 0; tries < 3; ++tries) {
    const stop = new AbortController();
    const training = Magnet.train(chord(30), { ...long, signal: stop.signal });
    const began = performance.now();
    await training.snapshot(); // after the first step
    step = performance.now() - began;
    await sleep(100); // in the second
    const aborted = performance.now();
    stop.abort();
    assert.equal((await training).losses.length, 1); // an epoch is one step
    times.push(performance.now() - aborted);
  }
  // The other tries, and the share of a step, are for a machine that is busy.
  assert.ok(Math.min(...times) < Math.max(200, step / 8), `${times} ms; a step ${step} ms`);
});

test('an abort does not wait for the checkpoint of a pause', async () => {
  const store = await mkdtemp(join(tmpdir(), 'lodestone-slow-'));
  const slow = join(store, 'slow.1.state.part'); // of the first state: a pipe blocks until somebody reads it
  execFileSync('mkfifo', [slow]);
  const stop = new AbortController();
  const checkpoint = { id: 'slow', every: 1000, store };
  const training = Magnet.train(samples, { ...endless, checkpoint, signal: stop.signal });
  await training.snapshot();
  training.pause();
  await sleep(300);
  stop.abort();
  const model = await Promise.race([training, sleep(2000)]);
  await readFile(slow);
  assert.ok(model instanceof Magnet);
  for (let tries = 0; tries < 50 && (await Magnet.checkpoints(store))[0].step === 0; ++tries) await sleep(100);
  const [kept] = await Magnet.checkpoints(store);
  assert.ok(kept.epoch >= model.losses.length, 'it can be resumed from there');
  await rm(store, { recursive: true });
});

test('accepts sounds of every kind', async () => {
  const options = { ...tiny, sampleRate: undefined, epochs: 1 };
  const buffer = { sampleRate, numberOfChannels: 1, getChannelData: () => samples };
  const wav = await wavBytes(samples, sampleRate, { float: true });
  const expected = await bits(Magnet.train({ samples, sampleRate }, options));
  const copies = {
    ...buffer,
    length: samples.length,
    copyFromChannel: (into, _, at) => into.set(samples.subarray(at, at + into.length)),
  };
  for (const audio of [buffer, copies, new Blob([wav]), new File([wav], 'chord.wav'), [{ samples, sampleRate }]]) {
    assert.equal(await bits(Magnet.train(audio, options)), expected);
  }
  const plain = { samples: Array.from(samples), sampleRate };
  assert.equal(await bits(Magnet.train(plain, options)), expected);
});

test('a corpus is more than its first clip', async () => {
  const clips = [samples, chord(1.5).reverse()];
  const learned = await Magnet.train(clips, { ...tiny, epochs: 1 });
  assert.equal(learned.config.impulses, 376 + 188); // frames of each: one every 64 samples and one more
});

test('long sounds are sent in pieces, and mixed as a whole', async () => {
  const long = chord(70); // more than two pieces
  const stereo = {
    sampleRate,
    numberOfChannels: 2,
    getChannelData: (c) => long.map((sample) => sample * (c ? 0.5 : 1.5)),
  };
  const options = {
    ...tiny,
    sampleRate: undefined,
    epochs: 1,
    impulses: false,
    training: 'sequence',
    batch: 512,
    stretch: 128,
  };
  const model = await Magnet.train(stereo, options);
  const expected = await Magnet.train({ samples: long, sampleRate }, options);
  assert.ok(Math.abs(model.losses[0] / expected.losses[0] - 1) < 1e-5); // the mean of the channels is rounded
});

test('explains what is wrong with a sound', async () => {
  const refused = (audio, message, options = {}) =>
    assert.rejects(Magnet.train(audio, { ...tiny, sampleRate: undefined, ...options }), {
      name: 'LodestoneError',
      message,
    });
  const at = (rate) => ({ samples, sampleRate: rate });
  await refused([], /audio has no clips/);
  await refused([at(8000), at(16000)], /audio\[1\] has a sample rate of 16000; allowed: 8000, like audio\[0\]/);
  await refused([at(8000), samples, at(8000)], /sampleRate is 48000; allowed: 8000/, { sampleRate: 48000 });
  await refused(new Blob(['no sound at all, and no header']), /WAV|RIFF/);
  await refused([samples, undefined], /audio\[1\] is undefined/);
  await refused({ [Symbol.toStringTag]: 'FileList' }, /audio is/);
  await refused(Float32Array.of(NaN, ...samples), /NaN|finite/i);
  await refused(samples, /workers is 3; allowed: 1, 2, 4, 8/, { workers: 3 });
});

test('a worker that dies ends the training and the other workers', async () => {
  for (const which of [0, 1]) {
    await watchWorkers(async (workers) => {
      const ended = new Promise((resolve) => {
        const onProgress = async () => {
          const all = [...workers];
          if (all.length < 4) return;
          workers.clear();
          const ends = all.map((worker) => new Promise((done) => worker.once('exit', done)));
          all[which].terminate();
          await Promise.all(ends);
          resolve();
        };
        const training = Magnet.train(samples, { ...endless, workers: 4, onProgress });
        assert.rejects(training, { name: 'LodestoneError', message: /a Worker of Lodestone ended/ });
      });
      await ended;
    });
  }
});
