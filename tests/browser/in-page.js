// The fixed computation in the scopes that a page has.
import { prepare } from '../../js/index.js';
import { Core } from '../../js/core.js';
import { hash, results, trainedModel } from './fixed-computation.js';

const processor = new URL('processor.js', import.meta.url);

const modules = () => Promise.all([prepare(), prepare(undefined, 'analysis')]);

export const inPage = async () => results(await modules());

export async function inWorker() {
  const worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module' });
  const answer = new Promise((done, failed) => {
    worker.onmessage = ({ data }) => done(data);
    worker.onerror = ({ message }) => failed(new Error(message));
  });
  worker.postMessage(await modules());
  const data = await answer;
  worker.terminate();
  return data;
}

/** Starts the test processor; `answer` is a promise of its results, in an object so that it is not awaited here. */
async function startNode(context, sources) {
  const modelFile = trainedModel(new Core(await prepare()));
  await context.audioWorklet.addModule(processor);
  const options = { numberOfInputs: 0, outputChannelCount: [1], processorOptions: { sources, modelFile } };
  const node = new AudioWorkletNode(context, 'lodestone-test', options);
  node.connect(context.destination);
  const answer = new Promise((done, failed) => {
    node.port.onmessage = ({ data }) => done(data);
    node.onprocessorerror = () => failed(new Error('the processor threw'));
  });
  return { answer };
}

/** In real time; the module is passed compiled. */
export async function inAudioContext() {
  const context = new AudioContext({ sampleRate: 44100 });
  await context.resume();
  const { answer } = await startNode(context, await modules());
  const results = await answer;
  await context.close();
  return results;
}

/** As fast as possible; the module is passed as bytes. `rendered` is the hash of the context's output. */
export async function inOfflineContext() {
  const context = new OfflineAudioContext(1, 44100, 44100);
  const bytes = ['lodestone', 'analysis'].map(async (name) => {
    const response = await fetch(new URL(`../../dist/${name}.wasm`, import.meta.url));
    return response.arrayBuffer();
  });
  const { answer } = await startNode(context, await Promise.all(bytes));
  const buffer = await context.startRendering();
  return { ...(await answer), rendered: hash(buffer.getChannelData(0)) };
}
