// In the page: a node that a click changes, and its twin that stays unchanged.
import { Magnet } from '../../../js/index.js';
import { loadProcessors } from './load-processors.js';

/** Quanta for which both must be equal before the click. */
const alikeFor = 50;
const settlingTime = 400;

/** @type {AudioContext} */
let context;
/** @type {Magnet} */
let model;
/** @type {any[]} */
let twins = [];
/** @type {AudioWorkletNode} */
let difference;
let offset = 0;
/** @type {Promise<{ event: number, handled: number, set: number }>} */
let pressed;
/** @type {ReturnType<typeof next>} */
let effect;

/** @param {number} milliseconds */
const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** The next message from the difference processor. @returns {Promise<any>} */
const next = () => new Promise((done) => (difference.port.onmessage = ({ data }) => done(data)));

/** Mean of Date.now() − performance.now() in ms: the former ticks in milliseconds, and in browsers not even evenly. */
function clockOffset() {
  const first = Date.now() - performance.now(); // sums of full timestamps would lose precision
  const end = performance.now() + 100;
  let [sum, count] = [0, 0];
  for (let now = 0; now < end; ++count) sum += Date.now() - (now = performance.now()) - first;
  return first + sum / count;
}

/** @param {{ model: string }} what @returns {Promise<{ base: number, output: number }>} the context's latencies in ms */
export async function begin({ model: address }) {
  model = await Magnet.load(new URL(address, import.meta.url));
  context = new AudioContext({ sampleRate: 44100, latencyHint: 'interactive' });
  await loadProcessors(context, 'difference');
  difference = new AudioWorkletNode(context, 'difference', { numberOfInputs: 2, outputChannelCount: [1] });
  difference.connect(context.destination);
  await context.resume();
  await wait(500);
  return { base: 1000 * context.baseLatency, output: 1000 * context.outputLatency };
}

/** Creates twins in a suspended context, so that they begin in the same quantum; they play until known to be equal. */
export async function prepare() {
  for (const node of twins) node.dispose();
  await context.suspend();
  const create = () => model.createNode(context, { engine: 'worklet', lookAhead: 0, seed: 1 });
  twins = [await create(), await create()];
  twins.forEach((node, i) => node.connect(difference, 0, i));
  await context.resume();
  await wait(settlingTime);
  const answer = next();
  difference.port.postMessage('alike?');
  if ((await answer).alike < alikeFor) throw new Error('two nodes of the same seed do not sound the same');
  offset = clockOffset(); // each time, because the system clock is adjusted now and then
}

/** Makes the next click change the first twin. */
export function listen() {
  pressed = new Promise((done) => {
    const handle = (/** @type {PointerEvent} */ event) => {
      const handled = performance.now();
      twins[0].parameters.get('brightness').value = 12;
      const mark = difference.parameters.get('mark');
      mark.value += 1;
      done({ event: event.timeStamp, handled, set: performance.now() });
    };
    addEventListener('pointerdown', handle, { once: true });
  });
  effect = next();
}

/**
 * What the click did: milliseconds from the event to its handler, to the setting of the parameters, to the quantum that sees
 * them, to the quantum with the first changed sample; and `reached`, when that sample is due: as long after the quantum that
 * saw the parameters as the context's time says.
 */
export async function press() {
  const times = await pressed;
  const { seen, changed } = await effect;
  const since = (/** @type {number} */ clock) => clock - offset - times.event;
  return {
    handled: times.handled - times.event,
    set: times.set - times.event,
    seen: since(seen.clock),
    changed: since(changed.clock),
    reached: since(seen.clock) + (1000 * (changed.frame - seen.frame)) / context.sampleRate,
  };
}
