// In the page: plays alternately through generator nodes and through processors that do nothing, and reports what a
// witness heard.
import { Magnet, readWav } from '../../../js/index.js';
import { keepBusy } from './busy.js';
import { loadProcessors } from './load-processors.js';

const sampleRate = 44100;
const settlingTime = 500;

/** @param {number} milliseconds */
const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** @param {AudioWorkletNode} node @returns {Promise<any>} */
const ask = (node) =>
  new Promise((done, failed) => {
    node.port.onmessage = ({ data }) => done(data);
    node.onprocessorerror = () => failed(new Error('the processor threw'));
    node.port.postMessage('report');
  });

/** The context's own count of underruns; null if it has none. @param {any} context */
const underruns = ({ playbackStats }) =>
  playbackStats ? { events: playbackStats.underrunEvents, seconds: playbackStats.underrunDuration } : null;

/** @type {Record<string, { context: AudioContext, witness: AudioWorkletNode, nodes: any[] }>} */
const stages = {};
/** @type {ReturnType<typeof keepBusy> | undefined} */
let busy;
const training = new AbortController();

/** A context in which `make` creates the sources. @param {number} count @param {(context: AudioContext) => Promise<any>} make */
async function stage(count, make) {
  const context = new AudioContext({ sampleRate });
  await loadProcessors(context, 'witness', 'empty');
  const witness = new AudioWorkletNode(context, 'witness', { outputChannelCount: [1] });
  const mix = new GainNode(context, { gain: 1 / count });
  mix.connect(witness).connect(context.destination);
  const nodes = [];
  for (let i = 0; i < count; ++i) {
    const node = await make(context);
    node.connect(mix);
    nodes.push(node);
  }
  await context.suspend();
  return { context, witness, nodes };
}

/** Trains until it is stopped. */
async function train() {
  const sound = await readWav(new URL('../../../examples/sounds/strings.wav', import.meta.url));
  await Magnet.train(sound, { epochs: 1e6, signal: training.signal }).catch(() => {});
}

/**
 * @param {{ model: string, count: number, players: Record<string, object>, busy: boolean }} what players: options of the nodes by
 *     kind; busy: with a busy page and a training worker
 */
export async function begin({ model: address, count, players, busy: beside }) {
  const model = await Magnet.load(new URL(address, import.meta.url));
  for (const [kind, options] of Object.entries(players)) {
    stages[kind] = await stage(count, (context) => model.createNode(context, { engine: 'worklet', ...options }));
  }
  stages.empty = await stage(count, async (context) => new AudioWorkletNode(context, 'empty'));
  if (!beside) return;
  busy = keepBusy();
  train();
}

/** Plays one kind of source for a while; returns what was heard. @param {{ kind: string, seconds: number }} options */
export async function listen({ kind, seconds }) {
  const { context, witness, nodes } = stages[kind];
  await context.resume();
  await wait(settlingTime);
  await ask(witness);
  const before = underruns(context);
  busy?.share(); // from here on
  await wait(1000 * seconds);
  const heard = await ask(witness);
  const after = underruns(context);
  const share = busy?.share() ?? 0;
  await context.suspend();
  return {
    ...heard,
    busy: share,
    underruns: after && { events: after.events - before.events, seconds: after.seconds - before.seconds },
    meters: nodes.flatMap(({ meter }) => (meter ? [{ cpu: meter.cpu, quality: meter.quality }] : [])),
  };
}

export async function end() {
  training.abort();
  busy?.stop();
  await Promise.all(Object.values(stages).map(({ context }) => context.close()));
}
