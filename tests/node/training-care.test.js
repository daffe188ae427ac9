// Training's safeguards and audio preparation in WebAssembly. The native tests of the same code have the oracles; these
// check that every option takes effect, with the same bits for any number of parts.

import assert from 'node:assert/strict';
import test from 'node:test';
import { CoreModel, CoreTrainer } from '../../js/core.js';
import { Magnet } from '../../js/index.js';
import { chord, newCore, readTensors, tiny } from './support.js';

const core = newCore();
const trained = (options, samples = chord(2), initial) => {
  const trainer = new CoreTrainer(core, samples, { ...tiny, ...options }, initial);
  while (trainer.begin()) {
    while (trainer.run(0, 1));
    trainer.finish();
  }
  return trainer;
};
const bytes = (trainer) => Buffer.from(trainer.model().toBytes());

test('the learning rate rises linearly and falls along a cosine', () => {
  const trainer = new CoreTrainer(core, chord(2), {
    ...tiny,
    epochs: 3,
    learningRate: 0.01,
    warmUp: 10,
    decay: 0.1,
  });
  const { steps } = trainer.status();
  for (let step = 0; step < steps; ++step) {
    const falling = 0.1 + (0.9 * (1 + Math.cos((Math.PI * (step - 10)) / (steps - 10)))) / 2;
    const expected = 0.01 * (step < 10 ? (step + 1) / 10 : falling);
    const { learningRate } = trainer.status();
    assert.ok(Math.abs(learningRate - expected) < 1e-15, `${step}: ${learningRate} ${expected}`);
    trainer.step();
  }
  assert.equal(trainer.status().ending, 'finished');
  assert.equal(trainer.begin(), false);
});

test('training stops early, with the model of the best epoch', () => {
  const options = { validation: 0.25, learningRate: 0.05, epochs: 500, impulses: false };
  const patient = trained({ ...options, patience: 3 });
  const { ending, epoch, bestEpoch } = patient.status();
  assert.equal(ending, 'stopped-early');
  assert.equal(epoch, bestEpoch + 3);
  const losses = patient.validationLosses;
  assert.equal(losses.indexOf(Math.min(...losses)) + 1, bestEpoch);
  const upToBest = trained({ ...options, epochs: bestEpoch });
  assert.deepEqual(readTensors(bytes(patient)).tensors, readTensors(bytes(upToBest)).tensors);
});

/** A model file whose predictions are infinite. */
function broken() {
  const file = bytes(new CoreTrainer(core, chord(1), tiny));
  const start = 8 + Number(file.readBigUInt64LE(0));
  const { 'fc.bias': bias } = JSON.parse(file.subarray(8, start).toString());
  for (let at = bias.data_offsets[0]; at < bias.data_offsets[1]; at += 4) file.writeFloatLE(3e38, start + at);
  return file;
}

test('a training that diverges is rolled back, then given up', () => {
  const trainer = trained({ epochs: 5 }, chord(2), new CoreModel(core, broken()));
  const { ending, rollbacks, step, learningRate } = trainer.status();
  assert.deepEqual([ending, rollbacks, step, learningRate], ['diverged', 10, 0, 1e-3 / 1024]);
});

test('a page is told all that', async () => {
  const notices = [];
  const train = (options, sound = chord(2)) =>
    Magnet.train(sound, {
      ...tiny,
      preset: 'classic',
      ...options,
      onNotice: ({ code, message }) => notices.push(`${code}: ${message}`),
    });
  await train({ validation: 0.25, patience: 3, learningRate: 0.05, epochs: 500 });
  assert.equal(notices.length, 1);
  assert.match(
    notices.pop(),
    /^stopped-early: stopped early, after epoch \d+: the model has the weights of epoch \d+, where the held-out loss was lowest/,
  );
  await assert.rejects(train({ initial: await Magnet.load(broken()) }), {
    code: 'invalid-data',
    message:
      /training blew up in epoch 1: the loss was not finite ten times in a row, last at a learning rate of 1\.95313e-6/,
  });
  assert.equal(notices.length, 10);
  assert.match(notices[0], /^rolled-back: the loss was not finite: .*epoch 0, learning rate 0\.0005/);
  notices.length = 0;
  let state = 1;
  const noise = Float32Array.from({ length: 200000 }, () => (state = (16807 * state) % 2147483647) / 2147483647 - 0.5);
  await train({ size: 1024, hop: 512, epochs: 1, components: -1 }, noise);
  assert.deepEqual(notices.length, 1);
  assert.match(notices[0], /^varied: 256 components hold \d+ % of the sound's variance/);
});

test('sounds of different levels give the same model, unless they are not normalised', () => {
  const quiet = chord(2).map((sample) => sample / 64); // a power of two: the same roundings
  assert.deepEqual(bytes(trained({ epochs: 2 })), bytes(trained({ epochs: 2 }, quiet)));
  const asIs = { epochs: 2, normalise: false };
  assert.notDeepEqual(bytes(trained(asIs)), bytes(trained(asIs, quiet)));
});

test('copies are learned too, and no result depends on the number of parts', () => {
  const options = {
    ...tiny,
    epochs: 3,
    copies: 2,
    copyPitch: 1,
    validation: 0.2,
    warmUp: 5,
    decay: 0.1,
    clipNorm: 0.1,
  };
  const models = [1, 2, 4, 8].map((parts) => {
    const trainers = Array.from({ length: parts }, () => new CoreTrainer(newCore(), chord(2), options));
    while (trainers.map((trainer) => trainer.begin())[0]) {
      trainers.forEach((trainer, part) => {
        while (trainer.run(part, parts));
      });
      for (let side = 1; side < parts; side *= 2) {
        const partials = trainers.map((trainer) => trainer.partial().slice());
        trainers.forEach((trainer, part) => trainer.add(partials[part ^ side]));
      }
      trainers.forEach((trainer) => trainer.finish());
    }
    const stepsOfSound = trained({ epochs: 1 }).status().stepsPerEpoch;
    assert.ok(trainers[0].status().stepsPerEpoch > 2 * stepsOfSound);
    return bytes(trainers[0]);
  });
  models.forEach((model) => assert.deepEqual(model, models[0]));
});

test('values out of range are refused by name', () => {
  for (const [options, message] of [
    [{ warmUp: -1 }, /warm_up is -1; allowed: 0 to 1000000/],
    [{ decay: 2 }, /decay is 2; allowed: 0 to 1/],
    [{ patience: 5 }, /patience is 5; allowed: 0 if nothing is held out/],
    [{ copies: 65 }, /copies is 65; allowed: 0 to 64/],
    [{ copyGain: NaN }, /copy_gain is nan; allowed: 0 to 24 dB/],
    [{ copyPitch: 13 }, /copy_pitch is 13; allowed: 0 to 12/],
    [{ normalise: 1 }, /normalise is 1; allowed: true, false/],
  ]) {
    assert.throws(() => new CoreTrainer(core, chord(1), { ...tiny, ...options }), { message });
  }
});
