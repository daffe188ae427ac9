// Code on the audio thread creates no objects: the heap does not grow in ten minutes of quanta.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockCount, blockLength } from '../../js/listening/blocks.js';
import { header, RemotePlayer } from '../../js/nodes/remote-player.js';
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
