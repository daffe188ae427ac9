// Workers that add up their parts all get the sum of one tree, to the bit.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { Worker } from 'node:worker_threads';
import { Control } from '../../js/training/control.js';
import { PortExchange, SharedExchange } from '../../js/training/exchange.js';
import { seats } from '../../js/training/pool.js';
import { longest, tree } from './exchange-support.js';

const rounds = 200;
const script = new URL('exchange-worker.js', import.meta.url);

async function sums(seat, memory) {
  const worker = new Worker(script, { workerData: { seat, memory, rounds }, transferList: seat.ports });
  const [found] = await once(worker, 'message');
  await worker.terminate();
  return found;
}

for (const [kind, memoryOf] of [
  ['shared memory', (parts) => SharedExchange.memory(parts, longest)],
  ['ports', () => undefined],
]) {
  test(`by ${kind}, any number of workers gets the same sums`, async () => {
    const expected = Array.from({ length: rounds }, (_, round) => tree(0, 8, round));
    for (const parts of [2, 4, 8]) {
      const memory = memoryOf(parts);
      for (const found of await Promise.all(seats(parts).map((seat) => sums(seat, memory)))) {
        assert.deepEqual(found, expected);
      }
    }
  });
}

test('another order would give other bits', () => {
  const [a, b, c] = [0, 1, 2].map((i) => tree(i, i + 1, 0));
  assert.ok(
    a.some(
      (value, i) => Math.fround(value + Math.fround(b[i] + c[i])) !== Math.fround(Math.fround(value + b[i]) + c[i]),
    ),
  );
});

test('a worker that waits for a partner stops when asked to', async () => {
  const summand = { partial: () => new Float32Array(4), add: () => assert.fail('there is nothing to add') };
  const [{ ports }] = seats(2);
  for (const makeExchange of [
    (control) => new PortExchange(ports, control),
    (control) => new SharedExchange(SharedExchange.memory(2, 4), 0, control),
  ]) {
    const control = new Control();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => control.hear(data);
    port2.postMessage('stop');
    await assert.rejects(makeExchange(control).sum(summand), /the training was stopped/);
    port1.close();
  }
  ports[0].close();
});
