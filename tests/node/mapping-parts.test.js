// The parts of mappings that need no browser.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { placesOf } from '../../js/mapping/input.js';
import { features } from '../../js/mapping/inputs/features.js';
import { midi } from '../../js/mapping/inputs/midi.js';
import { openPort, port } from '../../js/mapping/inputs/port.js';
import { latestChannel, openReader, openWriter } from '../../js/mapping/latest.js';
import { Glides } from '../../js/mapping/glides.js';
import { baseOf, normal, outputOf, scaled } from '../../js/mapping/outputs.js';
import { CoreExamples, CoreMappingTrainer } from '../../js/wasm/mapping.js';
import { Core } from '../../js/wasm/memory.js';

const rate = 48000;
const param = (minValue, maxValue) => ({ minValue, maxValue, value: 0, setValueAtTime() {} });
const unlimited = param(-3.4e38, 3.4e38);

describe('the range of an output', () => {
  const range = (given) => {
    const { min, max, isLogarithmic } = outputOf('x', given, rate);
    return [min, max, isLogarithmic];
  };

  test('is that of its parameter', () => {
    assert.deepEqual(range(param(-24, 24)), [-24, 24, false]);
    assert.deepEqual(range(param(0, rate / 2)), [20, rate / 2, true]);
    assert.deepEqual(range(param(-rate / 2, rate / 2)), [20, rate / 2, true]);
    assert.deepEqual(range(unlimited), [0, 1, false]);
    assert.deepEqual(range({}), [0, 1, false]);
  });

  test('is the one that is wanted', () => {
    assert.deepEqual(range({ param: param(0, rate / 2), min: 0, max: 100 }), [0, 100, false]);
    assert.deepEqual(range({ param: unlimited, min: 1, max: 4, scale: 'logarithmic' }), [1, 4, true]);
  });

  test('is found behind a Signal of Tone.js', () => {
    const inner = param(-24, 24);
    assert.equal(outputOf('x', { _param: { _param: inner } }, rate).param, inner);
    assert.deepEqual(range({ _param: unlimited, units: 'frequency' }), [20, rate / 2, true]);
  });

  test('is refused if it is empty or cannot be logarithmic', () => {
    const refusal = (given, message) =>
      assert.throws(() => outputOf('x', given, rate), { code: 'invalid-argument', message });
    refusal({ min: 1 }, /^max of x is 1; allowed: numbers above 1, its min$/);
    refusal({ scale: 'logarithmic' }, /^min of x is 0; allowed: numbers above 0 on a logarithmic scale$/);
    refusal({ smoothing: -1 }, /^smoothing of x is -1/);
    refusal(undefined, /^the output x is undefined; allowed: AudioParams, objects of options$/);
    refusal({ param: 3 }, /^param of x is 3; allowed: AudioParams$/);
    refusal({ speed: 1 }, /^the output x has no option speed/);
    refusal({ max: NaN }, /^max of x is NaN/);
  });

  test('turns values into shares and back', () => {
    const linear = { min: -2, max: 6, isLogarithmic: false };
    const logarithmic = { min: 10, max: 1000, isLogarithmic: true };
    assert.equal(normal(linear, 0), 0.25);
    assert.equal(scaled(linear, 0.25), 0);
    assert.ok(Math.abs(normal(logarithmic, 100) - 0.5) < 1e-12);
    assert.ok(Math.abs(scaled(logarithmic, 0.5) - 100) < 1e-9);
    assert.deepEqual(
      [-5, 7].map((value) => normal(linear, value)),
      [0, 1],
    );
    assert.deepEqual(
      [-5, 0, 2000].map((value) => normal(logarithmic, value)),
      [0, 0, 1],
    );
  });

  test('knows what a parameter adds that cannot be 0', () => {
    assert.equal(baseOf(param(1, 20)), 1);
    assert.equal(baseOf(param(-1, 20)), 0);
    assert.equal(baseOf(undefined), 0);
  });
});

describe('an output on its way', () => {
  const glides = (smoothing, base = 0) =>
    new Glides([{ min: 0, max: 10, isLogarithmic: false, smoothing, base }], 128 / rate);

  /** The samples of so many quanta. */
  function play(glide, target, count) {
    glide.targets[0] = target;
    return Array.from({ length: count }, () => {
      const samples = new Float32Array(128);
      glide.fill(samples, 0);
      return samples;
    });
  }

  test('is silent before there is a target, then begins there', () => {
    const glide = glides(0.1);
    assert.deepEqual(play(glide, NaN, 1)[0], new Float32Array(128));
    assert.deepEqual(play(glide, 0.5, 1)[0], new Float32Array(128).fill(5));
  });

  test('changes from the first sample, in a line to the target without smoothing', () => {
    const glide = glides(0);
    play(glide, 0, 1);
    const [samples] = play(glide, 1, 1);
    samples.forEach((sample, i) => assert.ok(Math.abs(sample - (10 * (i + 1)) / 128) < 1e-5, `${i}: ${sample}`));
  });

  test('reaches 1 − 1/e in its time constant', () => {
    const glide = glides(0.1);
    play(glide, 0, 1);
    const quanta = play(glide, 1, Math.round((0.1 * rate) / 128));
    assert.ok(Math.abs(quanta.at(-1)[127] / 10 - (1 - Math.exp(-1))) < 0.01);
    const all = quanta.flatMap((samples) => Array.from(samples));
    all.forEach((sample, i) => assert.ok(i === 0 || Math.abs(sample - all[i - 1]) < 0.003, `no step at ${i}`));
  });

  test('leaves out what its parameter adds', () => {
    assert.equal(play(glides(0, 1), 0.5, 1)[0][0], 4);
  });

  test('stays when its model is gone', () => {
    const glide = glides(0.1);
    play(glide, 0.5, 1);
    assert.deepEqual(play(glide, NaN, 1)[0], new Float32Array(128).fill(5));
  });
});

describe('the latest values', () => {
  test('pass through shared memory', () => {
    globalThis.crossOriginIsolated = true;
    const { writing, reading, transfer } = latestChannel(2);
    delete globalThis.crossOriginIsolated;
    const block = new Float32Array(2);
    const [writer, reader] = [openWriter(writing, 2), openReader(reading, block)];
    assert.deepEqual(transfer(writing), []);
    assert.equal(reader.read(), false);
    writer.write([1, 2]);
    writer.write([3, 4]);
    assert.equal(reader.read(), true);
    assert.deepEqual(block, Float32Array.of(3, 4));
    assert.equal(reader.read(), false);
  });

  test('are not taken while they are being written', () => {
    const memory = new SharedArrayBuffer(8);
    const block = new Float32Array(1);
    const reader = openReader(memory, block);
    const count = new Int32Array(memory, 0, 1);
    count[0] = 1;
    assert.equal(reader.read(), false);
    count[0] = 2;
    assert.equal(reader.read(), true);
  });

  test('pass in messages, at most one per interval, and the last one arrives', async () => {
    const { writing, reading } = latestChannel(1);
    const block = new Float32Array(1);
    const [writer, reader] = [openWriter(writing, 1, 20), openReader(reading, block)];
    const arrived = [];
    reading.addEventListener('message', ({ data }) => arrived.push(data.length));
    const began = performance.now();
    for (let i = 1; i <= 50; ++i) {
      writer.write([i]);
      await sleep(2);
    }
    const took = performance.now() - began;
    await sleep(60);
    assert.equal(reader.read(), true);
    assert.equal(block[0], 50);
    assert.ok(arrived.length > 2 && arrived.length <= took / 20 + 2, `${arrived.length} messages in ${took} ms`);
    writer.close();
    reader.close();
  });
});

describe('inputs', () => {
  /** Starts an input; its link records what it does. */
  function started(input) {
    const seen = { values: null, lost: [] };
    const stop = input.start({
      write: (values) => (seen.values = Array.from(values)),
      lost: (isLost) => seen.lost.push(isLost),
      end: () => seen,
    });
    return { seen, stop };
  }

  test('a port passes on what was written before it began', () => {
    const tilt = port('tilt', 2);
    assert.throws(() => tilt.end(), { code: 'invalid-argument' });
    tilt.write([1, 2]);
    const { seen, stop } = started(tilt);
    assert.deepEqual(seen.values, [1, 2]);
    assert.throws(() => tilt.write([1]), { message: 'the length of tilt is 1; allowed: 2' });
    assert.equal(tilt.end(), seen);
    stop();
    tilt.write([3, 4]);
    assert.deepEqual(seen.values, [1, 2]);
  });

  test("a port's end can be written elsewhere", () => {
    const memory = new SharedArrayBuffer(12);
    const block = new Float32Array(2);
    openPort(memory, 2).write(Float32Array.of(1, 2));
    openReader(memory, block).read();
    assert.deepEqual(block, Float32Array.of(1, 2));
  });

  test('MIDI has controllers, bend and aftertouch, and is lost without devices', () => {
    const device = { state: 'connected', onmidimessage: null };
    const access = Object.assign(new EventTarget(), { inputs: new Map([['a', device]]) });
    const { seen, stop } = started(midi(access, [1, 7]));
    assert.deepEqual(seen.lost, [false]);
    const send = (...data) => (device.onmidimessage({ data: Uint8Array.from(data) }), seen.values);
    assert.deepEqual(send(0xb0, 7, 127), [0, 1, 0, 0]);
    assert.deepEqual(send(0xb3, 1, 0), [0, 1, 0, 0]);
    assert.deepEqual(send(0xb0, 99, 5), [0, 1, 0, 0]);
    assert.deepEqual(send(0xe1, 0, 0), [0, 1, -1, 0]);
    assert.deepEqual(send(0xe1, 0, 64), [0, 1, 0, 0]);
    assert.deepEqual(send(0xd0, 127), [0, 1, 0, 1]);
    assert.deepEqual(send(0xa0, 60, 0), [0, 1, 0, 0]);
    assert.deepEqual(send(0x90, 60, 100), [0, 1, 0, 0]);
    device.state = 'disconnected';
    access.dispatchEvent(new Event('statechange'));
    assert.deepEqual(seen.lost, [false, true]);
    device.state = 'connected';
    access.dispatchEvent(new Event('statechange'));
    assert.deepEqual(seen.lost, [false, true, false]);
    stop();
    assert.equal(device.onmidimessage, null);
  });

  test('features have a name for each value', () => {
    assert.deepEqual(features({}, ['rms', 'mfcc'], { coefficients: 3 }).names, ['rms', 'mfcc0', 'mfcc1', 'mfcc2']);
    assert.throws(() => features({}, ['loudness']), { message: /^a feature is "loudness"; allowed: rms, / });
    assert.throws(() => features({}, ['rms'], { sampleRate: 1 }), { message: /no option sampleRate/ });
  });

  test('are found by the names of values, or of inputs', () => {
    const all = ['pad.x', 'pad.y', 'keys.a'];
    assert.equal(placesOf(all, undefined), undefined);
    assert.deepEqual(placesOf(all, ['pad']), [0, 1]);
    assert.deepEqual(placesOf(all, ['pad.y', 'keys']), [1, 2]);
    assert.throws(() => placesOf(all, ['pa']), { message: /^an input of an output is "pa"; allowed: pad.x/ });
  });
});

test('a mapping file whose lengths only add up modulo 2³² is refused', () => {
  const core = new Core(readFileSync(new URL('../../dist/mapping.wasm', import.meta.url)));
  const examples = new CoreExamples(core, { inputs: ['x'], outputs: [] });
  const label = examples.label('wave');
  for (const phase of [0, 0.1]) {
    examples.add({ inputs: Float32Array.from({ length: 40 }, (_, i) => Math.sin(0.15 * i + phase)), label });
  }
  const trainer = new CoreMappingTrainer(core, { recognition: 'gesture' });
  trainer.begin(examples);
  while (trainer.step());
  const file = examples.toBytes(trainer.model());
  const view = new DataView(file.buffer);
  const header = Number(view.getBigUint64(0, true));
  const { 'part0.lengths': lengths } = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + header)));
  const at = 8 + header + lengths.data_offsets[0];
  assert.deepEqual([view.getUint32(at, true), view.getUint32(at + 4, true)], [40, 40]);
  assert.equal(examples.read(file).examples.length, 2);
  view.setUint32(at, 2 ** 32 - 10, true);
  view.setUint32(at + 4, 90, true);
  assert.throws(() => examples.read(file), { code: 'invalid-data', message: /^the gestures' sequences, lengths/ });
});
