// In the page: from createNode to the first sound.
import { Magnet } from '../../../js/index.js';
import { loadProcessors } from './load-processors.js';

/** @param {{ model: string }} what @returns {Promise<{ created: number, heard: number }>} milliseconds after the call */
export async function firstSound({ model: address }) {
  const model = await Magnet.load(new URL(address, import.meta.url));
  const context = new AudioContext({ sampleRate: 44100 });
  await loadProcessors(context, 'first-sample');
  const listener = new AudioWorkletNode(context, 'first-sample');
  listener.connect(context.destination);
  await context.resume();
  const heard = new Promise((done) => (listener.port.onmessage = ({ data }) => done(data)));
  const begun = [performance.now(), Date.now()];
  const node = await model.createNode(context, { engine: 'worklet' });
  node.connect(listener);
  const created = performance.now() - begun[0];
  const times = { created, heard: (await heard) - begun[1] };
  await context.close();
  return times;
}
