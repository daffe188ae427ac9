// Objects free their memory and can coexist, and the audio path allocates none.

import assert from 'node:assert/strict';
import test from 'node:test';
import {
  CoreAnalyser,
  CoreGeneration,
  CoreInverseStftStream,
  CoreLiveModel,
  CoreModel,
  CorePhase,
  CorePlayer,
  CoreReconstruction,
  CoreStft,
  CoreStftStream,
  CoreTrainer,
} from '../../js/core.js';
import { controlNames } from '../../js/options.js';
import { chord, hash, newAnalysisCore, newCore, tiny } from './support.js';

const core = newCore();
const analysis = newAnalysisCore();
const signal = chord(0.5);
const small = { size: 128, hop: 64, sampleRate: 8000 };
const trainer = new CoreTrainer(core, signal, tiny);
trainer.step();
const file = trainer.model().toBytes();
const model = new CoreModel(core, file);
const live = new CoreLiveModel(core, model).bytes();
const magnitudes = new CoreStft(analysis, small).magnitudes(signal);
const quick = { stages: [{ method: 'nofuture' }] };

const rounds = {
  CoreAnalyser() {
    const analyser = new CoreAnalyser(analysis);
    analyser.push(signal);
    return analyser;
  },
  CoreStft() {
    const stft = new CoreStft(analysis, small);
    stft.inverse(stft.transform(signal));
    return stft;
  },
  CoreStftStream() {
    const stream = new CoreStftStream(analysis, small);
    stream.push(signal);
    stream.finish();
    return stream;
  },
  CoreInverseStftStream() {
    const stream = new CoreInverseStftStream(analysis, small);
    stream.push({ frames: 2, bins: 65, data: new Float32Array(260) });
    stream.finish();
    return stream;
  },
  CoreTrainer() {
    const again = new CoreTrainer(core, signal, tiny);
    again.step();
    again.model().dispose();
    return again;
  },
  CoreModel() {
    const loaded = new CoreModel(core, file);
    loaded.toBytes();
    return loaded;
  },
  CorePhase: () => new CorePhase(core, { preset: 'music' }),
  CoreReconstruction() {
    const reconstruction = new CoreReconstruction(analysis, magnitudes, small, quick);
    while (!reconstruction.step());
    reconstruction.spectrum();
    return reconstruction;
  },
  CorePlayer() {
    const player = new CorePlayer(core, live);
    player.process(new Float32Array(200));
    return player;
  },
  CoreLiveModel() {
    const again = new CoreLiveModel(core, model);
    again.bytes();
    return again;
  },
  CoreGeneration() {
    const generation = new CoreGeneration(core, model, 0.05, {}, quick);
    while (!generation.step());
    generation.samples();
    return generation;
  },
};

/** Where the allocator would put blocks of all sizes: memory that was not freed gets in the way of some. Last in, first
 * out, so that looking does not change its lists. */
function freePlaces({ abi }) {
  const places = [];
  for (let size = 16; size <= 2 ** 20; size *= 2) places.push(abi.lodestone_alloc(size));
  places.reverse().forEach((place) => abi.lodestone_free(place));
  return places;
}

/** After some rounds, in which caches may fill, 1,000 rounds leave memory unchanged. */
function staysFlat(home, round) {
  for (let i = 0; i < 10; ++i) {
    round();
    freePlaces(home); // the first looks may themselves change the allocator's lists
  }
  const before = [home.memoryBytes, freePlaces(home)];
  for (let i = 0; i < 1000; ++i) round();
  assert.deepEqual([home.memoryBytes, freePlaces(home)], before);
}

for (const [name, round] of Object.entries(rounds)) {
  test(`memory stays flat over 1,000 rounds: ${name}`, () => {
    staysFlat(round().core, () => round().dispose());
  });
}

test('memory stays flat over 1,000 refusals', () => {
  const broken = file.subarray(0, file.length - 1);
  staysFlat(core, () => {
    assert.throws(() => new CoreModel(core, broken));
    assert.throws(() => new CoreTrainer(core, signal, { ...tiny, batch: 4000 }));
    assert.throws(() => new CorePlayer(core, live, { iterations: 200 }));
    assert.throws(() => new CorePhase(core, { preset: 'none' }));
  });
  staysFlat(analysis, () => {
    assert.throws(() => new CoreStft(analysis, { hop: 0 }));
    assert.throws(() => new CoreReconstruction(analysis, { ...magnitudes, bins: 3 }, small));
  });
});

test('a large block grows the memory once, wherever the small ones before it end', () => {
  for (let blocks = 0; blocks < 8; ++blocks) {
    const fresh = newCore();
    for (let i = 0; i < blocks; ++i) fresh.abi.lodestone_alloc(1);
    assert.ok(fresh.abi.lodestone_alloc(1e8) !== 0);
    assert.ok(fresh.memoryBytes < 1.1e8, `${blocks} blocks before: ${fresh.memoryBytes} bytes`);
  }
});

test('disposing twice is harmless, use after that is refused', () => {
  for (const [name, round] of Object.entries(rounds)) {
    const object = round();
    object.dispose();
    object.dispose();
    assert.throws(() => object.pointer, { code: 'invalid-argument', message: /disposed/ }, name);
  }
});

test('objects do not disturb each other', () => {
  const play = (player, count) => {
    const output = new Float32Array(count);
    player.process(output);
    return output;
  };
  const make = (home) => {
    const player = new CorePlayer(home, live, { seed: 1 });
    player.setControl(controlNames.indexOf('randomness'), 0.1);
    return player;
  };
  const expected = hash(play(make(core), 4000));
  const players = [core, core, newCore()].map(make);
  const outputs = players.map(() => new Float32Array(4000));
  for (let at = 0; at < 4000; at += 125) {
    players.forEach((player, i) => player.process(outputs[i].subarray(at, at + 125)));
    if (at === 1000) core.abi.lodestone_free(core.abi.lodestone_alloc(core.memoryBytes)); // grows memory: old views are detached
  }
  assert.deepEqual(outputs.map(hash), [expected, expected, expected]);
});

test('a player allocates no memory while it plays', () => {
  const player = new CorePlayer(core, live, { sampleRate: 11025 });
  const before = core.abi.lodestone_allocations();
  const output = new Float32Array(128);
  const input = new Float32Array(128).fill(0.1);
  for (let i = 0; i < 2000; ++i) {
    controlNames.forEach((_, control) => player.setControl(control, Math.sin(i + control)));
    if (i % 50 === 0) player.trigger(i / 2000, i % 3);
    if (i % 300 === 0) player.reset(i);
    player.setQuality((i >> 7) % 3);
    player.process(output, i & 256 ? input : undefined);
    player.meter();
  }
  assert.equal(core.abi.lodestone_allocations(), before);
});
