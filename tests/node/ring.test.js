// The ring between the audio thread and the Worker, under stress: blocks of input one way, rendered the other, both
// sides at random speeds, one thread each.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { header, RemotePlayer } from '../../js/nodes/remote-player.js';
import { ringSize } from '../../js/nodes/worker-engine.js';

/** mulberry32: numbers from 0 to 1. */
function random(seed) {
  return () => {
    let t = (seed += 0x6d2b79f5);
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Renders a block: the input doubled, the first control added, -1 where there was none. */
function render(block, { length, isDriven }) {
  for (let i = length; i < block.length; ++i) block[i] = block[isDriven] ? 2 * block[i] + block[0] : -1;
}

/** A Worker's side that is late now and then; as text, for its thread. */
const peer = `
  const { parentPort } = require('node:worker_threads');
  const random = (${random})(1);
  const render = ${render};
  const nap = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  parentPort.once('message', async ({ url, port, length, count, shared }) => {
    const { RingLink, ringMemory } = await import(url);
    const blocks = Array.from({ length: count }, () => new Float32Array(length).fill(-1));
    if (shared) {
      const memory = [0, 1].map(() => ringMemory(length, count));
      const link = new RingLink(memory[1], memory[0], length);
      blocks.forEach((block) => link.give(block));
      port.postMessage(['rings', memory]);
      for (;;) {
        const block = link.take();
        if (block) {
          render(block, ${JSON.stringify(header)});
          if (random() < 0.1) nap(random() * 8);
          link.give(block);
        } else nap(1);
      }
    }
    port.on('message', ([, , block]) => {
      render(block, ${JSON.stringify(header)});
      if (random() < 0.1) nap(random() * 8);
      port.postMessage(['block', block], [block.buffer]);
    });
    blocks.forEach((block) => port.postMessage(['block', block], [block.buffer]));
  });
`;

for (const shared of [true, false]) {
  test(`${shared ? 'shared memory' : 'a MessagePort'} loses nothing and keeps the order`, async () => {
    const size = { length: 150, count: 5 };
    const player = new RemotePlayer(size);
    const worker = new Worker(peer, { eval: true });
    const { port1, port2 } = new MessageChannel();
    const url = new URL('../../js/threads/ring.js', import.meta.url).href;
    const length = header.length + size.length;
    worker.postMessage({ url, port: port1, length, count: size.count, shared }, [port1]);
    player.connect(port2);

    const dice = random(2);
    const expected = [];
    const heard = [];
    let silent = 0;
    for (let quantum = 0; heard.length < 60000 && quantum < 20000; ++quantum) {
      player.setControl(0, Math.floor(dice() * 7));
      const input = Float32Array.from({ length: 1 + Math.floor(dice() * 300) }, () => 1 + dice());
      const output = new Float32Array(input.length).fill(NaN);
      player.process(output, input);
      output.forEach((value, i) => {
        if (value === 0) return ++silent;
        heard.push(value);
        expected.push(Math.fround(2 * input[i]));
      });
      // Usually in time, now and then early.
      if (dice() < 0.9) await sleep(1);
    }
    port2.close();
    await worker.terminate();

    const delay = size.length * size.count;
    assert.ok(heard.length >= 60000, 'the blocks keep circulating');
    assert.ok(heard.slice(0, delay).every((value) => value === -1));
    const added = heard.slice(delay).map((value, i) => value - expected[i]);
    const control = (i) => Math.round(added[i - (i % size.length)]);
    assert.ok(
      added.every((value, i) => Math.abs(value - control(i)) < 1e-5),
      'each sample comes out once, in its place, a whole block with one control',
    );
    assert.deepEqual([...new Set(added.map(Math.round))].sort(), [0, 1, 2, 3, 4, 5, 6]);
    assert.ok(player.underruns > 0 && silent > 0, 'the Worker was late at times, and that was counted');
  });
}

test('the ring is as long as requested, in whole hops of the context', () => {
  const model = { hop: 512, sampleRate: 44100 };
  assert.deepEqual(ringSize(model, 44100, 0.1), { length: 512, count: 9 });
  assert.deepEqual(ringSize(model, 48000, 0.1), { length: 557, count: 9 });
  assert.deepEqual(ringSize({ hop: 16, sampleRate: 44100 }, 44100, 0.001), { length: 128, count: 2 });
});
