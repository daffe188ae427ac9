// Code on the audio thread creates no objects: the heap does not grow in ten minutes of quanta.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Core, CoreExamples, CoreMappingTrainer } from '../../js/core.js';
import { blockCount, blockLength } from '../../js/listening/blocks.js';
import { openWriter } from '../../js/mapping/latest.js';
import { header, RemotePlayer } from '../../js/nodes/remote-player.js';
import { analyserDefaults } from '../../js/options.js';
import { Ring, RingLink, ringMemory } from '../../js/threads/ring.js';
import { read } from './support.js';

const quanta = Math.ceil((600 * 44100) / 128);

/**
 * Bytes by which the heap grows in this many calls, after as many to warm up. The maximum of three, since a garbage
 * collection can hide growth.
 */
function growth(calls, call) {
  const growths = [0, 1, 2, 3].map(() => {
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < calls; ++i) call();
    return process.memoryUsage().heapUsed - before;
  });
  return Math.max(...growths.slice(1));
}

test('a function that creates garbage is detected', () => {
  let kept;
  assert.ok(growth(quanta, () => (kept = { kept: kept === undefined })) > 65536);
});

test('a RemotePlayer creates no garbage', () => {
  const size = { length: 557, count: 9 };
  const memory = [0, 1].map(() => ringMemory(header.length + size.length, size.count));
  const worker = new RingLink(memory[0], memory[1], header.length + size.length);
  for (let i = 0; i < size.count; ++i) worker.give(new Float32Array(header.length + size.length));
  const player = new RemotePlayer(size);
  const port = {};
  player.connect(port);
  port.onmessage({ data: ['rings', [memory[1], memory[0]]] });
  const input = new Float32Array(128).fill(0.5);
  const output = new Float32Array(128);
  const grown = growth(quanta, () => {
    player.setControl(3, 0.25);
    player.process(output, input);
    const block = worker.take();
    if (block) worker.give(block);
  });
  assert.equal(player.underruns, 0);
  assert.equal(output[0], 0.5, 'the input comes back');
  assert.ok(grown <= 65536, `${grown} bytes`);
});

const answers = [];
globalThis.sampleRate = 44100;
globalThis.AudioWorkletProcessor = class {
  port = { postMessage: (answer) => answers.push(answer) };
};

test('a SpectrumProcessor creates no garbage', async () => {
  const { SpectrumProcessor } = await import('../../js/nodes/spectrum-processor.js');
  const source = read('dist/analysis.wasm');
  const analysis = { size: 256, hop: 128 };
  const processor = new SpectrumProcessor({ processorOptions: { source, analysis, rate: 50, isShared: true } });
  await processor.port.onmessage({ data: [1, 'start'] });
  const [[, , { memory }]] = answers;
  const places = new Uint32Array(memory, 0, 2);
  const inputs = [[0, 1].map((channel) => Float32Array.from({ length: 128 }, (_, i) => Math.sin(channel + i / 3)))];
  const outputs = [inputs[0].map((samples) => samples.slice())];
  let frames = 0;
  const grown = growth(quanta, () => {
    processor.process(inputs, outputs);
    if (places[1] !== places[0]) ++frames;
    places[1] = places[0]; // the main thread takes all frames
  });
  assert.ok(frames > 0, 'frames have arrived');
  assert.ok(grown <= 65536, `${grown} bytes`);
});

test('a ListenerProcessor creates no garbage', async () => {
  const { ListenerProcessor } = await import('../../js/listening/listener-processor.js');
  const memory = ringMemory(blockLength, blockCount);
  const ring = new Ring(memory, blockLength);
  const processor = new ListenerProcessor({ processorOptions: { memory } });
  const inputs = [[new Float32Array(128).fill(0.5)]];
  const block = new Float32Array(blockLength);
  let blocks = 0;
  const grown = growth(quanta, () => {
    processor.process(inputs);
    if (ring.read(block)) ++blocks;
  });
  assert.equal(blocks, Math.floor((4 * quanta * 128) / blockLength));
  assert.equal(block[0], 0.5);
  assert.ok(grown <= 65536, `${grown} bytes`);
});

test('a MappingProcessor creates no garbage', async () => {
  const { MappingProcessor } = await import('../../js/mapping/mapping-processor.js');
  const source = read('dist/mapping.wasm');
  const processor = new MappingProcessor({
    processorOptions: {
      source,
      analysis: read('dist/analysis.wasm'),
      inputs: [
        { size: 2 },
        { size: 1, sound: { features: ['rms'], options: { ...analyserDefaults, size: 256, hop: 128 } } },
      ],
      outputs: [
        { min: 0, max: 1, isLogarithmic: false, smoothing: 0.02, follows: -1, base: 0 },
        { min: 20, max: 20000, isLogarithmic: true, smoothing: 0, follows: -1, base: 0 },
      ],
      labels: 0,
      hasGestures: false,
    },
  });
  const send = (...call) => processor.port.onmessage({ data: [0, ...call] });
  const [memory, report] = [12, 4 * 8].map((size) => new SharedArrayBuffer(size));
  await send('start', [memory, undefined], report);
  await send('model', trainedMapping(new Core(source)), [-1, -1]);
  const writer = openWriter(memory, 2);
  const values = new Float32Array(2);
  const inputs = [[new Float32Array(128).fill(0.5)]];
  const outputs = [0, 1, 2].map(() => [new Float32Array(128)]);
  let calls = 0;
  const grown = growth(quanta / 10, () => {
    values[0] = values[1] = (++calls % 100) / 100;
    writer.write(values);
    processor.process(inputs, outputs);
  });
  assert.ok(outputs[1][0][127] > 20, 'it plays');
  assert.equal(new Float32Array(report, 4, 3)[2], 0.5, 'it hears');
  assert.ok(grown <= 65536, `${grown} bytes`);
});

/** The bytes of a model of three inputs and two outputs. */
function trainedMapping(core) {
  const examples = new CoreExamples(core, { inputs: ['a', 'b', 'c'], outputs: [{ name: 'x' }, { name: 'y' }] });
  for (const at of [0, 0.5, 1]) {
    const inputs = Float32Array.from({ length: 30 }, (_, i) => at + 0.01 * (i % 7));
    examples.add({ inputs, targets: Float32Array.of(at, 1 - at) });
  }
  const trainer = new CoreMappingTrainer(core);
  trainer.begin(examples);
  while (trainer.step());
  return trainer.model().bytes();
}
