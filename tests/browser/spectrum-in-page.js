// SpectrumNodes and the spectrogram on its canvas, as a page uses them.
import { createSpectrumNode, Spectrogram } from '../../js/index.js';
import { testSignal } from './test-signal.js';

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** A source of the test signal in a context, each channel half as loud as the previous one. */
function signalSource(context, channels = 1) {
  const signal = testSignal(context.sampleRate);
  const buffer = new AudioBuffer({ numberOfChannels: channels, length: signal.length, sampleRate: context.sampleRate });
  for (let channel = 0; channel < channels; ++channel) {
    buffer.copyToChannel(
      signal.map((sample) => sample / 2 ** channel),
      channel,
    );
  }
  return new AudioBufferSourceNode(context, { buffer, loop: true });
}

/** Renders 12 hops offline; all the numbers of each frame, and the context's output. */
export async function offline({ channels }) {
  const context = new OfflineAudioContext(channels, 12 * 512, 44100);
  const spectrum = await createSpectrumNode(context, { size: 1024, hop: 512, rate: 1000 });
  const frames = [];
  spectrum.onframe = () => {
    const { magnitudes, decibels, mel, mfcc, ...numbers } = spectrum.frame;
    frames.push({ ...numbers, lists: [magnitudes, decibels, mel, mfcc].map((list) => Array.from(list)) });
  };
  const source = signalSource(context, channels);
  source.connect(spectrum).connect(context.destination);
  source.start();
  const buffer = await context.startRendering();
  await sleep(300);
  spectrum.dispose();
  const signal = testSignal(44100);
  const passed = Array.from({ length: channels }, (_, channel) => buffer.getChannelData(channel));
  return {
    frames,
    passesThrough: passed.every((samples, channel) =>
      samples.every((sample, i) => sample === signal[i] / 2 ** channel),
    ),
  };
}

/** How many frames arrive in 2 s of the main thread's own time, and whether they are ever another object. */
export async function live({ rate }) {
  const context = new AudioContext({ sampleRate: 44100 });
  await context.resume();
  const spectrum = await createSpectrumNode(context, { rate });
  const source = signalSource(context);
  source.connect(spectrum).connect(context.destination);
  source.start();
  let count = 0;
  const objects = new Set();
  spectrum.addEventListener('frame', () => {
    ++count;
    objects.add(spectrum.frame).add(spectrum.frame.mel);
  });
  await sleep(500);
  count = 0;
  const start = context.currentTime;
  await sleep(2000);
  const perSecond = count / (context.currentTime - start);
  const { rms, pitch, confidence } = spectrum.frame;
  spectrum.dispose();
  await sleep(100);
  count = 0;
  await sleep(300);
  const afterwards = count;
  await context.close();
  return { isolated: crossOriginIsolated, perSecond, objects: objects.size, rms, pitch, confidence, afterwards };
}

/** The code and message of the error of a node with these options. */
export async function refusal(options) {
  const context = new OfflineAudioContext(1, 128, 44100);
  return createSpectrumNode(context, options).then(
    () => null,
    ({ code, message }) => ({ code, message }),
  );
}

/** Draws a tone for half the canvas, then silence; returns the loudest row of each column, and the pixels of two. */
export function drawn({ scale, colours }) {
  const canvas = document.createElement('canvas');
  canvas.width = 40;
  canvas.height = 100;
  const view = new Spectrogram(canvas, { sampleRate: 44100, scale, minFrequency: 50, maxFrequency: 20000, colours });
  const decibels = new Float32Array(1025).fill(-120);
  const bin = Math.round((1000 * 2048) / 44100);
  decibels[bin] = 0;
  for (let i = 0; i < 20; ++i) view.draw(decibels);
  decibels[bin] = -120;
  for (let i = 0; i < 10; ++i) view.draw(decibels);
  const { data } = canvas.getContext('2d').getImageData(0, 0, 40, 100);
  const brightness = (x, y) => data[4 * (40 * y + x)] + data[4 * (40 * y + x) + 1] + data[4 * (40 * y + x) + 2];
  const background = brightness(39, 0);
  const tones = [];
  for (let x = 0; x < 40; ++x) {
    const differences = Array.from({ length: 100 }, (_, y) => Math.abs(brightness(x, y) - background));
    const most = Math.max(...differences);
    tones.push(most > 100 ? differences.indexOf(most) : null);
  }
  return { tones, background, frequency: (bin * 44100) / 2048 };
}
