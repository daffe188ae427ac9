// The Worker's side of the worker engine: it renders each block as soon as the audio thread has sent it.

import { Instance } from '../wasm/instance.js';
import { CorePlayer } from '../wasm/player.js';
import { controlNames, meterNames } from '../options.js';
import { serve } from '../threads/remote.js';
import { ModelSwap } from './model-swap.js';
import { playerActions } from './player-actions.js';
import { header } from './remote-player.js';
import { RingLink, ringMemory } from '../threads/ring.js';

/**
 * @typedef {object} PlayerModel
 * @property {WebAssembly.Module | Uint8Array} source the core
 * @property {Uint8Array} live the live model for CorePlayer
 * @property {{sampleRate: number}} options of the CorePlayer
 */

/** @typedef {PlayerModel & {size: import('./worker-engine.js').RingSize}} PlayerWork */

/**
 * Serves `measure`, or `play`, which goes on until the Worker ends.
 * @param {import('../threads/remote.js').Port} scope the Worker's
 */
export function servePlayer(scope) {
  serve(scope, {
    measure,
    play: (/** @type {PlayerWork} */ work, /** @type {MessagePort} */ port) => {
      const player = makePlayer(work);
      const swap = new ModelSwap(player);
      serve(scope, playerActions(player, swap));
      play(work, port, renderer(player, swap, work.options.sampleRate));
    },
  });
}

/** @param {PlayerModel} work */
function makePlayer({ source, live, options }) {
  return new CorePlayer(new Instance(source), live, { ...options, spread: false }); // a Worker may do a hop all at once
}

/**
 * Milliseconds that a second of sound takes, measured for 100 ms after another 100 ms that let the compiler warm up.
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
 * Returns a function that renders a block according to its header.
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
    share += ((performance.now() - start) / duration - share) * Math.min(1, duration / 2000); // averages over 2 s
    block[meterNames.length] = share;
  };
}

/**
 * Sends silence to fill the ring, then renders each block that comes back.
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
    port.postMessage(['rings', memory]);
    keepUp(link, render, (1000 * count * length) / options.sampleRate / 8);
    return;
  }
  const give = (/** @type {Float32Array} */ block) => port.postMessage(['block', block], [block.buffer]);
  serve(port, {
    render: (/** @type {Float32Array} */ block) => {
      render(block);
      give(block);
    },
  });
  silence.forEach(give);
}

/**
 * Polls for blocks, since a notification would take a lock on the audio thread.
 * @param {RingLink} link
 * @param {(block: Float32Array) => void} render
 * @param {number} pause in ms, by Atomics.wait, as timers are throttled in background pages
 */
async function keepUp(link, render, pause) {
  const bed = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  for (;;) {
    for (let block; (block = link.take()); link.give(block)) render(block);
    Atomics.wait(bed, 0, 0, pause);
    await new Promise((resolve) => {
      port1.onmessage = resolve; // earlier commands are ahead of it in the queue
      port2.postMessage(null);
    });
  }
}
