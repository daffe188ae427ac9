// What training.test.js does in a page.
import { Magnet, wavBytes } from '../../js/index.js';
import { hash, testSound } from './fixed-computation.js';

const sampleRate = 44100;
const sound = { samples: testSound(), sampleRate };
export const tiny = {
  ...{ preset: 'classic', size: 512, hop: 128, layers: [12, 8], sequence: 10, batch: 16, epochs: 2, validation: 0.1 },
};
/** The same network as the default preset trains it: on components, with feedback. */
export const byDefault = { size: 512, hop: 128, layers: [12, 8], sequence: 10, epochs: 2, validation: 0.1 };
const said = ({ name, message }) => `${name}: ${message}`;

/** The hashes of the models learned by these numbers of workers, and whether the page is isolated. */
export async function bits({ options, counts }) {
  const hashes = [];
  for (const workers of counts) hashes.push(hash((await Magnet.train(sound, { ...options, workers })).toBytes()));
  return { hashes, isolated: crossOriginIsolated };
}

/** Pauses, takes a snapshot, resumes, then aborts: how much was learned when, and milliseconds. */
export async function commands() {
  const stop = new AbortController();
  let [steps, epochs] = [0, 0];
  const onProgress = ({ step, epoch }) => ([steps, epochs] = [step, epoch]);
  const training = Magnet.train(sound, { ...tiny, epochs: 1e6, workers: 2, onProgress, signal: stop.signal });
  await training.snapshot();
  training.pause();
  await new Promise((done) => setTimeout(done, 300));
  const resting = steps;
  const { config } = await training.snapshot();
  await new Promise((done) => setTimeout(done, 300));
  const rested = steps;
  training.resume();
  while (epochs === 0) await new Promise((done) => setTimeout(done, 20));
  const aborted = performance.now();
  stop.abort();
  const { losses } = await training;
  return { resting, rested, size: config.size, learned: losses.length, milliseconds: performance.now() - aborted };
}

/** The result of learning from each kind of sound. */
export async function sounds() {
  const { samples } = sound;
  const buffer = new AudioBuffer({ length: samples.length, sampleRate, numberOfChannels: 1 });
  buffer.copyToChannel(samples, 0);
  const wav = await wavBytes(samples, sampleRate, { float: true });
  const learned = async (audio) => hash((await Magnet.train(audio, tiny)).toBytes());
  const files = [new Blob([wav]), new File([wav], 'sound.wav')];
  return {
    same: await Promise.all([sound, buffer, ...files, [buffer]].map(learned)),
    encoded: (await Magnet.train([await encodedTone(), new Float32Array(20000)], tiny)).config.sampleRate,
    broken: await Magnet.train(new Blob(['this is no sound']), tiny).catch(said),
  };
}

/** A short tone in a format that only the browser reads. */
async function encodedTone() {
  const context = new AudioContext();
  const tone = new OscillatorNode(context);
  const target = new MediaStreamAudioDestinationNode(context);
  tone.connect(target);
  tone.start();
  const recorder = new MediaRecorder(target.stream);
  const recorded = new Promise((done) => (recorder.ondataavailable = ({ data }) => done(data)));
  recorder.start();
  const began = context.currentTime;
  while (context.currentTime < began + 0.7) await new Promise((done) => setTimeout(done, 50));
  recorder.stop();
  const file = await recorded;
  await context.close();
  return file;
}

/** A worker reports an error: what the training answers, and how many workers ended. */
export async function dying() {
  const workers = [];
  let ended = 0;
  const { postMessage, terminate } = Worker.prototype;
  Worker.prototype.postMessage = function (...message) {
    workers.push(this);
    return postMessage.apply(this, message);
  };
  Worker.prototype.terminate = function () {
    ended += 1;
    terminate.call(this);
  };
  const training = Magnet.train(sound, { ...tiny, epochs: 1e6, workers: 2 });
  await training.snapshot();
  workers[1].dispatchEvent(new ErrorEvent('error', { message: 'gone' }));
  const answer = await training.catch(said);
  Object.assign(Worker.prototype, { postMessage, terminate });
  return { answer, ended };
}

/**
 * Learns for some seconds from ten minutes of stereo, with everything that a page may ask for. Returns how long the
 * main thread was blocked: the browser's own long tasks (50 ms or more), and the longest time between two messages to
 * itself.
 */
export async function responsiveness() {
  const minutes = new AudioBuffer({ length: 600 * sampleRate, sampleRate, numberOfChannels: 2 });
  for (const channel of [0, 1]) minutes.getChannelData(channel).fill(0.1);
  await new Promise((done) => setTimeout(done, 500));
  const longTasks = [];
  const observer = new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((task) => task.duration)));
  observer.observe({ type: 'longtask' });
  const frames = watchFrames();
  performance.mark('training begins');
  const stop = new AbortController();
  // More epochs than it has time for. One Worker: the other core is for the page.
  const model = { layers: [32], sequence: 8, impulses: false, workers: 1, epochs: 300 };
  let models = 0;
  const training = Magnet.train(minutes, { ...model, onModel: () => ++models, signal: stop.signal });
  await training.snapshot();
  await new Promise((done) => setTimeout(done, 3000));
  stop.abort();
  await training;
  performance.mark('training ends');
  observer.disconnect();
  return { longTasks, models, ...frames() };
}

/** Counts frames until the result is called: how many, and the longest time between two of them. */
function watchFrames() {
  let [frames, longest, last, watching] = [0, 0, performance.now(), true];
  requestAnimationFrame(function next() {
    const now = performance.now();
    [frames, longest, last] = [frames + 1, Math.max(longest, now - last), now];
    if (watching) requestAnimationFrame(next);
  });
  return () => {
    watching = false;
    return { frames, longest };
  };
}
