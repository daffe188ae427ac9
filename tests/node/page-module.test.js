// page.wasm, the part of the core that most pages need, against lodestone.wasm, which has everything.

import assert from 'node:assert/strict';
import test from 'node:test';
import { isCommon } from '../../js/common.js';
import { Core, CoreGeneration, CoreLiveModel, CorePhase, CorePlayer, CoreStft, CoreTrainer } from '../../js/core.js';
import { names } from '../../js/options.js';
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

test('what is common the page module has', () => {
  const core = new Core(pageModule);
  let taken = 0;
  const framings = names.framings.flatMap((framing) => names.windows.map((window) => ({ framing, window })));
  const sizes = [16, 32, 48, 64, 256, 1000, 2048, 4096, 65536];
  for (const { framing, window } of framings) {
    for (const size of sizes) {
      for (const windowSize of [0, size, size / 2]) {
        for (const share of [1, 2, 3, 4, 5, 8, 16]) {
          const config = { size, windowSize, hop: Math.floor(size / share), window, framing };
          if (!isCommon(config)) continue;
          new CoreStft(core, config).dispose();
          ++taken;
        }
      }
    }
  }
  assert.ok(taken > 20);
  assert.ok(isCommon());
  assert.ok(isCommon(common, { preset: 'music' }));
});

test('says what it lacks', () => {
  const core = new Core(pageModule);
  const lacks = { code: 'invalid-argument', message: /lodestone\.wasm/ };
  for (const options of [{ size: 1000 }, { hop: 64 }, { framing: 'none' }]) {
    assert.equal(isCommon({ ...common, ...options }), false);
    assert.throws(() => new CoreTrainer(core, chord(1), { ...common, ...options }), lacks);
  }
  assert.equal(isCommon({}, { preset: 'pghi' }), false);
  assert.equal(isCommon({}, { stages: [{ method: 'spsi' }, { method: 'pghi' }] }), false);
  const model = new CoreTrainer(core, chord(0.5), common).model();
  const generate = (phase) => new CoreGeneration(core, model, 0.1, {}, phase);
  assert.throws(() => generate({ preset: 'pghi' }), lacks);
  assert.doesNotThrow(() => new CorePhase(core, { preset: 'spsi' }));
});
