// In the page: renders minutes of sound in an OfflineAudioContext and stops at given times to let the worklet be inspected.
import { Magnet } from '../../../js/index.js';
import { loadProcessors } from './load-processors.js';

const sampleRate = 44100;

/** @type {OfflineAudioContext} */
let context;
/** @type {Promise<AudioBuffer>} */
let rendered;
/** @type {Promise<void>[]} */
let stops;

/**
 * Renders to the first stop.
 * @param {{ model: string, kind: string, seconds: number, stops: number[] }} what kind: generator or empty; stops in seconds; none if
 *     the browser cannot stop
 */
export async function begin({ model: address, kind, seconds, stops: times }) {
  context = new OfflineAudioContext(1, seconds * sampleRate, sampleRate);
  await loadProcessors(context, 'counter', 'empty');
  const counter = new AudioWorkletNode(context, 'counter', { outputChannelCount: [1] });
  counter.connect(context.destination);
  const source =
    kind === 'empty'
      ? new AudioWorkletNode(context, 'empty')
      : await (await Magnet.load(new URL(address, import.meta.url))).createNode(context, { lookAhead: 3 });
  source.connect(counter);
  stops = times.map((time) => context.suspend(time));
  rendered = context.startRendering();
  await stops[0];
}

/** Renders to the stop with this index. @param {number} index */
export async function goOn(index) {
  context.resume();
  await stops[index];
}

/** Renders to the end: how often the core allocated after the first second, and how many quanta were not silent. */
export async function end() {
  if (stops.length > 0) context.resume();
  const samples = (await rendered).getChannelData(0);
  const quantum = 128;
  const second = quantum * Math.ceil(sampleRate / quantum);
  let sounding = 0;
  for (let at = 0; at < samples.length; at += quantum) sounding += samples[at + 1];
  const last = quantum * (Math.floor(samples.length / quantum) - 1);
  return { before: samples[second], allocations: samples[last] - samples[second], sounding };
}
