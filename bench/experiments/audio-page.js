// In the page: plays through one kind of node for a while and reports its output.

import { readBytes } from '../../js/bytes.js';
import { CountedSource, countPeriod } from './counted-source.js';

const oscillator = new URL('../../build/wasm/lodestone-oscillator.wasm', import.meta.url);
const sampleRate = 44100;

/** @param {number} milliseconds */
const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** What an AudioWorklet answers to any message. @param {AudioWorkletNode} node @returns {Promise<any>} */
function ask(node) {
  return new Promise((done, failed) => {
    node.port.onmessage = ({ data }) => done(data);
    node.onprocessorerror = () => failed(new Error('the processor threw'));
    node.port.postMessage('report');
  });
}

/** Blocks the main thread for 80 ms of every 100; returns a function that stops it. */
function keepBusy() {
  let stopped = false;
  const block = () => {
    if (stopped) return;
    const end = performance.now() + 80;
    while (performance.now() < end);
    setTimeout(block, 20);
  };
  block();
  return () => (stopped = true);
}

/**
 * A source: its node, the gaps between its calls, and how long the sample with a given count waits from its computation
 * until it is heard, by the context's clock (0 if the node computes it just in time).
 * @typedef {{ node: AudioNode, gaps: () => any, delay: (count: number, heardAt: number) => number }} Source
 */

/** @param {AudioContext} context @param {number} length @param {CountedSource} counted @returns {Source} */
function scriptSource(context, length, counted) {
  const node = context.createScriptProcessor(length, 0, 1);
  /** @type {{ first: number, time: number }[]} */
  const blocks = [];
  node.onaudioprocess = ({ outputBuffer }) => {
    blocks.push({ first: counted.next, time: context.currentTime });
    counted.process(outputBuffer.getChannelData(0));
  };
  const delay = (/** @type {number} */ count, /** @type {number} */ heardAt) => {
    const behind = (/** @type {number} */ first) => (count - first + countPeriod) % countPeriod;
    const block = blocks.filter(({ first }) => behind(first) < length).slice(-1)[0];
    return heardAt - (block.time + (behind(block.first) + 1) / sampleRate);
  };
  return { node, gaps: () => counted.gaps(), delay };
}

/** @param {AudioContext} context @param {object} processorOptions @returns {Source} */
function workletSource(context, processorOptions) {
  const node = new AudioWorkletNode(context, 'source', {
    numberOfInputs: 0,
    outputChannelCount: [1],
    processorOptions,
  });
  return { node, gaps: () => ask(node), delay: () => 0 };
}

/** The context's own count of underruns; null if it has none. @param {any} context */
const underruns = ({ playbackStats }) =>
  playbackStats ? { events: playbackStats.underrunEvents, seconds: playbackStats.underrunDuration } : null;

/**
 * @param {{ length: number, busy: boolean, seconds: number }} options `length`: samples of a ScriptProcessorNode's buffer,
 *     0 for an AudioWorklet
 */
export async function play({ length, busy, seconds }) {
  const module = await WebAssembly.compile(/** @type {BufferSource} */ (await readBytes(oscillator)));
  const context = new AudioContext({ sampleRate });
  await context.audioWorklet.addModule(new URL('audio-processors.js', import.meta.url));
  await context.resume();
  const witness = new AudioWorkletNode(context, 'witness');
  const source = length ? scriptSource(context, length, new CountedSource(module)) : workletSource(context, { module });
  source.node.connect(witness).connect(context.destination);
  const settling = Math.min(500, 500 * seconds);
  await wait(settling);
  const stop = busy ? keepBusy() : () => {};
  await wait(settling);

  await Promise.all([ask(witness), source.gaps()]);
  const [beginWall, beginSound, before] = [performance.now(), context.currentTime, underruns(context)];
  await wait(1000 * seconds);
  const { furthest, heardAt, ...counts } = await ask(witness);
  const lag = (performance.now() - beginWall) / 1000 - (context.currentTime - beginSound);
  const after = underruns(context);
  const gaps = await source.gaps();
  stop();
  await context.close();
  return {
    ...counts,
    gaps,
    delay: source.delay(furthest, heardAt),
    lag,
    underruns: after && { events: after.events - before.events, seconds: after.seconds - before.seconds },
  };
}
