// Listening to a tone that changes, as a page does it.
import { Magnet } from '../../js/index.js';

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Hz, from the number of times that the samples rise through zero. */
function frequencyOf({ samples, sampleRate }) {
  let rises = 0;
  for (let i = 1; i < samples.length; ++i) rises += samples[i - 1] < 0 && samples[i] >= 0;
  return (rises * sampleRate) / samples.length;
}

/** A stream that sounds like a microphone in front of this node. */
function streamOf(node) {
  const destination = new MediaStreamAudioDestinationNode(node.context);
  node.connect(destination);
  return destination.stream;
}

/** Seconds until models generate each of the frequencies, the tone having changed to it. */
export async function follow({ frequencies, from }) {
  const context = new AudioContext();
  await context.resume();
  const tone = new OscillatorNode(context, { type: 'triangle', frequency: frequencies[0] });
  const level = new GainNode(context, { gain: 0.2 });
  tone.connect(level);
  tone.start();
  const errors = [];
  const ear = await Magnet.listen(context, from === 'stream' ? streamOf(level) : level, {
    seconds: 2,
    onError: ({ message }) => errors.push(message),
  });
  const node = await playing(ear, context);
  const took = [];
  for (const frequency of frequencies) {
    const start = performance.now();
    tone.frequency.value = frequency;
    await untilDreamsOf(ear, frequency, start + 60000);
    await node.swapModel(ear.model());
    took.push((performance.now() - start) / 1000);
  }
  const { seconds, rounds, loss, share } = ear.progress;
  ear.dispose();
  const generated = await ear.model().generate({ seconds: 0.5 }); // still there
  await context.close();
  return { isolated: crossOriginIsolated, took, errors, seconds, rounds, loss, share, kept: generated.samples.length };
}

/** A node that plays the first model. */
async function playing(ear, context) {
  while (!ear.model()) await sleep(20);
  const node = await ear.model().createNode(context);
  node.connect(context.destination);
  return node;
}

async function untilDreamsOf(ear, frequency, end) {
  let heard;
  for (let known; performance.now() < end; await sleep(20)) {
    if (ear.model() === known) continue;
    known = ear.model();
    heard = frequencyOf(await known.generate({ seconds: 1, phase: 'fast', temperature: 0.3 }));
    if (Math.abs(heard / frequency - 1) < 0.03) return;
  }
  throw new Error(`dreams are of ${heard} Hz instead of ${frequency}`);
}

/** What listening to impossible things says. */
export async function refusals() {
  const context = new AudioContext();
  const source = new ConstantSourceNode(context);
  const said = [];
  for (const [from, options] of [
    [source, { seconds: 1 }],
    [source, { seconds: NaN }],
    [source, { share: 0 }],
    [source, { epochs: 5 }],
    [source, { preset: 'best' }],
    [null, {}],
  ]) {
    await Magnet.listen(context, from, options).catch(({ code, message }) => said.push(`${code}: ${message}`));
  }
  await context.close();
  return said;
}

/** What onError says of an impossible configuration, and of a stream that ends; and a model that there never was. */
export async function troubles() {
  const context = new AudioContext();
  await context.resume();
  const noise = new OscillatorNode(context);
  noise.start();
  const listen = async (from, options) => {
    let fail;
    const failed = new Promise((resolve) => (fail = ({ code, message }) => resolve(`${code}: ${message}`)));
    return { ear: await Magnet.listen(context, from, { ...options, onError: fail }), failed };
  };
  const impossible = await listen(noise, { batch: 1 });
  const stream = streamOf(noise);
  const [track] = stream.getTracks();
  let unplug; // scripts cannot end a track as hardware does, nor dispatch the event in Firefox
  track.addEventListener = (type, listener) => (unplug = listener);
  const ended = await listen(stream, { seconds: 60 });
  unplug();
  const errors = await Promise.all([impossible.failed, ended.failed]);
  await context.close();
  return { errors, model: ended.ear.model() };
}
