// The live instrument in WebAssembly: what its JavaScript interface adds to the core, which has its own tests.

import assert from 'node:assert/strict';
import test from 'node:test';
import { CoreLiveModel, CorePlayer, CoreTrainer } from '../../js/core.js';
import { controlNames, meterNames } from '../../js/options.js';
import { chord, hash, largest, newCore, tiny } from './support.js';

const core = newCore();

/** The bytes of a live model after so many steps. */
function learned(steps) {
  const trainer = new CoreTrainer(core, chord(1), tiny);
  for (let step = 0; step < steps; ++step) trainer.step();
  return new CoreLiveModel(core, trainer.model()).bytes();
}

const live = learned(3);
const quantum = 128;

/** @param {CorePlayer} player @param {number} count @param {Float32Array} [input] */
function play(player, count, input) {
  const output = new Float32Array(count);
  player.process(output, input);
  return output;
}

const control = (name) => controlNames.indexOf(name);
const meter = (player, name) => player.meter()[meterNames.indexOf(name)];

test('every control is audible, and accepts any value', () => {
  const input = chord(1);
  const sound = (name, value) => {
    const player = new CorePlayer(core, live, { seed: 3, sampleRate: 11025 });
    if (name) player.setControl(control(name), value);
    return hash(play(player, 8000, input));
  };
  const plain = sound();
  for (const name of controlNames) {
    assert.notEqual(sound(name, 0.5), plain, name);
    assert.equal(sound(name, NaN), plain, name);
    sound(name, Infinity);
    sound(name, -Infinity);
  }
});

test('long blocks give the same as short ones', () => {
  const input = chord(1);
  const whole = play(new CorePlayer(core, live), 5000, input);
  const player = new CorePlayer(core, live);
  const pieces = new Float32Array(5000);
  for (let at = 0; at < 5000; at += quantum) {
    player.process(pieces.subarray(at, at + quantum), input.subarray(at, at + quantum));
  }
  assert.equal(hash(pieces), hash(whole));
});

test('another model arrives in pieces and takes over', () => {
  const other = learned(40);
  const player = new CorePlayer(core, live);
  player.makeRoom();
  play(player, 2000);
  const pieces = 1000;
  for (let at = 0; at < other.length; at += pieces) assert.ok(player.writeSpare(at, other.subarray(at, at + pieces)));
  assert.ok(player.swap());
  play(player, 64);
  assert.equal(meter(player, 'swapping'), 1);
  assert.equal(player.writeSpare(0, other), false);
  play(player, 4000);
  assert.equal(meter(player, 'swapping'), 0);
  player.writeSpare(0, new Uint8Array(100));
  assert.equal(player.swap(), false);
});

test('the meter counts', () => {
  const player = new CorePlayer(core, live, { sampleRate: 16000 });
  play(player, 16000);
  player.setQuality(2);
  assert.equal(meter(player, 'quality'), 2);
  assert.equal(meter(player, 'hops'), Math.ceil(8000 / 64));
  assert.equal(meter(player, 'scrubs'), 0);
  assert.ok(meter(player, 'latencyMin') <= meter(player, 'latencyMax'));
  assert.ok(meter(player, 'latencyMax') <= meter(player, 'latencyHalf'));
});

test('a silent tail costs no more than the sound before it', () => {
  const second = 44100;
  const input = Float32Array.from({ length: 11 * second }, (_, i) => Math.sin(i * i) * 2 ** (-i / 1000));
  let first = Infinity;
  let slowest = Infinity;
  for (let attempt = 0; attempt < 3; ++attempt) {
    const player = new CorePlayer(core, live, { sampleRate: second });
    player.setControl(control('drive'), 1);
    player.setControl(control('smoothing'), 0.5);
    const seconds = Array.from({ length: 11 }, (_, i) => {
      const piece = input.subarray(i * second, (i + 1) * second);
      const begun = performance.now();
      play(player, second, piece);
      return performance.now() - begun;
    });
    first = Math.min(first, seconds[0]);
    slowest = Math.min(slowest, Math.max(...seconds.slice(1)));
  }
  assert.ok(slowest < 3 * first, `${slowest} ms after ${first} ms`); // subnormal numbers cost a hundred times as much
});

test('it makes sound', () => {
  assert.ok(largest(play(new CorePlayer(core, live), 8000)) > 0.01);
});
