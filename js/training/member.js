// What all workers of a training do: each has a complete trainer and learns from its own shards of a batch.

import { CoreModel } from '../wasm/model.js';
import { CoreTrainer } from '../wasm/trainer.js';
import { Control } from './control.js';
import { PortExchange, SharedExchange } from './exchange.js';
import { Inbox } from './inbox.js';

/** @typedef {import('../wasm/memory.js').Core} Core */

/**
 * What a trainer is made from.
 * @typedef {object} Plan
 * @property {Float32Array[]} clips
 * @property {import('../options.js').StftOptions & import('../options.js').TrainerOptions} options
 * @property {Uint8Array} [initial] a model file to start from
 * @property {Uint8Array | null} [state] from `CoreTrainer.state`, to continue from
 */

/**
 * One worker's place among the others.
 * @typedef {object} Seat
 * @property {number} part the worker's number
 * @property {number} parts the number of workers: 1, 2, 4 or 8
 * @property {MessagePort[]} ports to the workers whose numbers differ in one bit, lowest bit first
 */

/**
 * @param {Core} core
 * @param {Plan} plan
 */
export function makeTrainer(core, { clips, options, initial, state }) {
  const model = initial && new CoreModel(core, initial);
  const trainer = new CoreTrainer(core, clips, options, model);
  model?.dispose();
  if (state) trainer.restore(state);
  return trainer;
}

/**
 * Passes a message down a tree in which each worker's parent has the same number without its lowest set bit.
 * @param {Seat} seat
 * @param {unknown} message
 */
export function handOn({ part, ports }, message) {
  const below = ports.slice(0, part === 0 ? ports.length : Math.log2(part & -part));
  for (const port of below) port.postMessage(message);
}

/**
 * @param {Seat} seat
 * @param {ReturnType<typeof SharedExchange.memory> | undefined} memory if the page may share it
 * @param {Control} control
 * @returns {import('./exchange.js').Exchange}
 */
export function makeExchange({ part, ports }, memory, control) {
  return memory ? new SharedExchange(memory, part, control) : new PortExchange(ports, control);
}

/**
 * Trains to the end, unless `control` says to stop.
 * @param {CoreTrainer} trainer
 * @param {Seat} seat
 * @param {import('./exchange.js').Exchange} exchange
 * @param {Control} control
 * @param {(loss: number) => void | Promise<void>} [between] called after each pass over a batch
 */
export async function learn(trainer, { part, parts }, exchange, control, between = () => {}) {
  while (trainer.begin()) {
    while (trainer.run(part, parts)) await control.pulse();
    await exchange.sum(trainer);
    await between(trainer.finish());
  }
}

/**
 * Runs a worker that follows the lead.
 * @param {Core} core
 * @param {Seat} seat
 */
export async function follow(core, seat) {
  const control = new Control();
  const inbox = new Inbox();
  const port = seat.ports[Math.log2(seat.part & -seat.part)];
  port.onmessage = ({ data }) => inbox.put(data);
  const { plan, memory } = await inbox.next();
  handOn(seat, { plan, memory });
  const trainer = makeTrainer(core, plan);
  await learn(trainer, seat, makeExchange(seat, memory, control), control);
}
