import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CoreTrainer } from '../../js/core.js';
import { chord, newCore } from './support.js';

const core = newCore();
const options = {
  size: 128,
  hop: 64,
  sampleRate: 8000,
  layers: [12, 10],
  sequence: 10,
  batch: 20,
  validation: 0.1,
  epochs: 2,
  seed: 3,
};
const clips = [chord(0.5), chord(0.01), chord(0.4).reverse()];
const make = (more) => new CoreTrainer(core, clips, { ...options, ...more });

/** The results of trainers that exchange their partial sums. */
function finish(trainers) {
  const parts = trainers.length;
  while (trainers.map((trainer) => trainer.begin()).every(Boolean)) {
    trainers.forEach((trainer, part) => {
      while (trainer.run(part, parts));
    });
    for (let side = 1; side < parts; side *= 2) {
      const sums = trainers.map((trainer) => trainer.partial().slice());
      trainers.forEach((trainer, part) => trainer.add(sums[part ^ side]));
    }
    for (const trainer of trainers) trainer.finish();
  }
  return trainers.map((trainer) => trainer.model().toBytes());
}

for (const training of /** @type {const} */ (['windows', 'sequence'])) {
  test(`${training}: any number of trainers that share the steps give the same bits`, () => {
    const alone = make({ training });
    const longest = alone.partial().length;
    while (alone.status().ending === 'none') alone.step();
    const expected = alone.model().toBytes();
    for (const parts of [1, 2, 4, 8]) {
      const trainers = Array.from({ length: parts }, () => make({ training }));
      for (const bytes of finish(trainers)) assert.deepEqual(bytes, expected);
      assert.equal(trainers[0].partial().length, 2); // the last pass was over windows held out
      for (const trainer of trainers) trainer.dispose();
    }
    assert.ok(longest > 2);
    alone.dispose();
  });
}

test('the status reports progress', () => {
  const trainer = make();
  const { stepsPerEpoch, steps, ending, loss } = trainer.status();
  assert.equal(steps, 2 * stepsPerEpoch);
  assert.equal(ending, 'none');
  assert.ok(Number.isNaN(loss));
  finish([trainer]);
  const status = trainer.status();
  assert.deepEqual([status.epoch, status.step, status.ending], [2, steps, 'finished']);
  assert.equal(status.loss, trainer.losses[1]);
  assert.equal(status.validationLoss, trainer.validationLosses[1]);
  assert.ok(Number.isNaN(trainer.step()));
});

test('continuing from a state gives the same bits; a damaged one is refused', () => {
  const unbroken = make();
  for (let step = 0; step < 3; ++step) unbroken.step();
  assert.ok(unbroken.begin());
  unbroken.run(0, 1);
  const state = unbroken.state();
  const [expected] = finish([unbroken]);
  const resumed = make();
  resumed.restore(state);
  assert.deepEqual(finish([resumed])[0], expected);

  const refused = (bytes, message) =>
    assert.throws(() => resumed.restore(bytes), { name: 'LodestoneError', code: 'invalid-data', message });
  refused(new Uint8Array(), /truncated/);
  refused(state.subarray(0, state.length - 1), /truncated/);
  refused(Uint8Array.from([...state, 0]), /extra bytes at the end/);
  assert.throws(() => make({ batch: 10 }).restore(state), /its batch is 20; expected 10/);
});

test('ten thousand short clips are learned', () => {
  const many = Array.from({ length: 10000 }, () => clips[0].subarray(0, 64 * 11));
  const trainer = new CoreTrainer(core, many, options);
  assert.ok(Number.isFinite(trainer.step()));
  trainer.dispose();
});
