// page.wasm, the part of the core that most pages need, against lodestone.wasm, which has everything.

import assert from 'node:assert/strict';
import test from 'node:test';
import { Core, CoreGeneration, CoreLiveModel, CorePlayer, CoreTrainer } from '../../js/core.js';
import { Magnet } from '../../js/index.js';
import { isPrepared } from '../../js/wasm/modules.js';
import { chord, hash, newCore, read } from './support.js';

const pageModule = new WebAssembly.Module(read('dist/page.wasm'));
const common = { size: 128, hop: 32, sampleRate: 8000, layers: [8], sequence: 5, batch: 8 };

function results(core) {
  const trainer = new CoreTrainer(core, chord(0.5), { ...common, seed: 3 });
  for (let step = 0; step < 10; ++step) trainer.step();
  const model = trainer.model();
  const generation = new CoreGeneration(core, model, 0.5, { seed: 7 }, { preset: 'best' });
  while (!generation.step());
  const player = new CorePlayer(core, new CoreLiveModel(core, model).bytes(), { seed: 5, sampleRate: 11025 });
  const played = new Float32Array(5000);
  player.process(played);
  return [model.toBytes(), generation.samples(), played].map(hash);
}

test('learns, generates and plays the same to the bit', () => {
  assert.deepEqual(results(new Core(pageModule)), results(newCore()));
});

test('refuses the rest without a word', () => {
  const core = new Core(pageModule);
  const refusal = { code: 'incomplete', message: /lodestone\.wasm/ };
  for (const options of [{ size: 1000 }, { hop: 64 }, { framing: 'none' }, { hop: -1 }]) {
    assert.throws(() => new CoreTrainer(core, chord(1), { ...common, ...options }), refusal);
  }
  const model = new CoreTrainer(core, chord(0.5), common).model();
  assert.throws(() => new CoreGeneration(core, model, 0.1, {}, { preset: 'pghi' }), refusal);
  assert.throws(() => new CoreGeneration(core, model, -1), refusal);
});

test('what it refuses the complete core does, or says why it cannot be done', async () => {
  assert.ok(!isPrepared());
  const sound = { samples: chord(0.5), sampleRate: 8000 };
  const settings = { ...common, epochs: 1, hop: 64 };
  const model = await Magnet.train(sound, settings);
  assert.ok(isPrepared());
  const { samples } = await model.generate({ seconds: 0.1, phase: 'pghi' });
  assert.equal(samples.length, 800);
  const refusal = { code: 'invalid-argument', message: 'hop is -1; allowed: 1 to 128, the window length' };
  await assert.rejects(Promise.resolve(Magnet.train(sound, { ...settings, hop: -1 })), refusal);
});
