// One worker of exchange.test.js: sums its eighths of random arrays with the others' and returns the sums.

import { parentPort, workerData } from 'node:worker_threads';
import { Control } from '../../js/training/control.js';
import { makeExchange } from '../../js/training/member.js';
import { Partial } from './exchange-support.js';

const { seat, memory, rounds } = workerData;
const exchange = makeExchange(seat, memory, new Control());
const sums = [];
for (let round = 0; round < rounds; ++round) {
  const partial = new Partial(seat, round);
  await exchange.sum(partial);
  sums.push(partial.partial());
}
parentPort.postMessage(sums);
