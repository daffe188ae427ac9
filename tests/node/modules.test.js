// The modules are linked from the same objects: what two of them compute is the same to the bit.

import assert from 'node:assert/strict';
import test from 'node:test';
import { Core, CoreLiveModel, CoreModel, CorePhase, CorePlayer, CoreTrainer } from '../../js/core.js';
import { chord, hash, newAnalysisCore, newCore, read, tiny } from './support.js';

const newPlayerCore = () => new Core(read('dist/player.wasm'));

const trainer = new CoreTrainer(newCore(), chord(0.5), tiny);
for (let step = 0; step < 10; ++step) trainer.step();
const file = trainer.model().toBytes();

function live(core) {
  const model = new CoreModel(core, file);
  return new CoreLiveModel(core, model).bytes();
}

test('player.wasm reads models like lodestone.wasm', () => {
  assert.equal(hash(live(newPlayerCore())), hash(live(newCore())));
});

test('player.wasm plays like lodestone.wasm', () => {
  for (const options of [{}, { sampleRate: 11025 }, { mode: 'stateful', lookAhead: 2 }, { method: 'spsi' }]) {
    const [a, b] = [newPlayerCore(), newCore()].map((core) => {
      const player = new CorePlayer(core, live(newCore()), { seed: 5, ...options });
      player.setControl(4, 0.3);
      const played = new Float32Array(5000);
      player.process(played);
      return hash(played);
    });
    assert.equal(a, b);
  }
});

test('their error messages are the same', () => {
  const message = (make) => {
    try {
      make();
    } catch (error) {
      return `${error.code}: ${error.message}`;
    }
    return assert.fail('not refused');
  };
  const broken = (core) => () => new CoreModel(core, file.subarray(0, file.length - 1));
  const wrong = (core) => () => new CorePlayer(core, live(newCore()), { iterations: 200 });
  for (const refused of [broken, wrong]) {
    assert.equal(message(refused(newPlayerCore())), message(refused(newCore())));
  }
  const stage = (core) => () => new CorePhase(core, { stages: [{ method: 'pghi', iterations: 3 }, { method: 'no' }] });
  assert.equal(message(stage(newAnalysisCore())), message(stage(newCore())));
});
