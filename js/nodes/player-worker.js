// The Worker's side of the worker engine: it renders each block as soon as the audio thread has sent it.

import { Core, CorePlayer } from '../core.js';
import { controlNames } from '../options.js';
import { answer } from '../threads/messages.js';
import { ModelSwap } from './model-swap.js';
import { playerActions } from './player-actions.js';
import { header } from './remote-player.js';
import { RingLink, ringMemory } from '../threads/ring.js';

/**
 * @typedef {object} PlayerModel
 * @property {WebAssembly.Module | Uint8Array} source the core
 * @property {Uint8Array} live what a CorePlayer plays
 * @property {{sampleRate: number}} options CorePlayer's
 */

/** @typedef {PlayerModel & {size: import('./worker-engine.js').RingSize}} PlayerWork */

/**
 * Waits for work: `measure`, or `play` until the Worker ends.
 * @param {import('../threads/messages.js').Port} scope the Worker's
 */
export function serve(scope) {
  answer(scope, {
    measure: (/** @type {PlayerModel} */ work) => scope.postMessage(['cost', measure(work)]),
    play: (/** @type {PlayerWork} */ work, /** @type {MessagePort} */ port) => {
      const player = makePlayer(work);
      const swap = new ModelSwap(player);
      answer(scope, playerActions(player, swap));
      play(work, port, renderer(player, swap, work.options.sampleRate));
    },
  });
}

/** @param {PlayerModel} work */
function makePlayer({ source, live, options }) {
  return new CorePlayer(new Core(source), live, { ...options, spread: false }); // here a hop may come all at once
}

/**
 * Milliseconds that a second of sound takes: of 100 ms of work, after another 100 ms in which what is compiled late is
 * compiled.
 * @param {PlayerModel} work
 */
function measure(work) {
  const player = makePlayer(work);
  const block = new Float32Array(128);
  let cost = 0;
  for (let run = 0; run < 2; ++run) {
    const start = performance.now();
    let spent = 0;
    let seconds = 0;
    while (spent < 100) {
      player.process(block);
      seconds += block.length / work.options.sampleRate;
      spent = performance.now() - start;
    }
    cost = spent / seconds;
  }
  return cost;
}

/**
 * What renders into a block what its header asks for.
 * @param {CorePlayer} player
 * @param {ModelSwap} swap
 * @param {number} sampleRate
 */
function renderer(player, swap, sampleRate) {
  let quality = 0;
  let share = 0;
  return (/** @type {Float32Array} */ block) => {
    const start = performance.now();
    const samples = block.subarray(header.length);
    for (let i = 0; i < controlNames.length; ++i) player.setControl(i, block[i]);
    if (block[header.quality] !== quality) {
      quality = block[header.quality];
      player.setQuality(/** @type {0 | 1 | 2} */ (quality));
    }
    player.process(samples, block[header.isDriven] ? samples : undefined);
    swap.step();
    block.set(player.meter());
    const duration = (1000 * samples.length) / sampleRate;
    share += ((performance.now() - start) / duration - share) * Math.min(1, duration / 2000); // forgets within 2 s
    block[header.share] = share;
  };
}

/**
 * Sends silence for as long as the ring is, then what comes back, rendered.
 * @param {PlayerWork} work
 * @param {MessagePort} port to the audio thread
 * @param {(block: Float32Array) => void} render
 */
function play({ size: { length, count }, options }, port, render) {
  const silence = Array.from({ length: count }, () => new Float32Array(header.length + length));
  if (globalThis.crossOriginIsolated) {
    const memory = [0, 1].map(() => ringMemory(header.length + length, count));
    const link = new RingLink(memory[1], memory[0], header.length + length);
    for (const block of silence) link.give(block);
    port.postMessage(memory);
    keepUp(link, render, (1000 * count * length) / options.sampleRate / 8);
    return;
  }
  const give = (/** @type {Float32Array} */ block) => port.postMessage(block, [block.buffer]);
  port.onmessage = ({ data: block }) => {
    render(block);
    give(block);
  };
  silence.forEach(give);
}

/**
 * Looks for blocks time and again: a bell would take a lock, and it is the audio thread that would have to ring it.
 * @param {RingLink} link
 * @param {(block: Float32Array) => void} render
 * @param {number} pause in ms; slept, as timers are slowed down in pages that nobody sees
 */
async function keepUp(link, render, pause) {
  const bed = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  for (;;) {
    for (let block; (block = link.take()); link.give(block)) render(block);
    Atomics.wait(bed, 0, 0, pause);
    await new Promise((resolve) => {
      port1.onmessage = resolve; // commands that came in between are before it in the queue
      port2.postMessage(null);
    });
  }
}
