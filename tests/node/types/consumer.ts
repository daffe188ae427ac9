// Never runs: compiles if the types match the documentation and refuse what they should.

import {
  createSpectrumNode,
  GeneratorNode,
  LodestoneError,
  Magnet,
  prepare,
  readWav,
  reconstruct,
  register,
  Spectrogram,
  SpectrumNode,
  Stft,
  wavBytes,
} from 'lodestone';
import { Core, CoreLiveModel, CoreModel, CorePlayer } from 'lodestone/core';

export async function use(audio: AudioBuffer, signal: AbortSignal): Promise<void> {
  const stft = await Stft.create({ size: 1024, hop: 256, window: 'sqrt-hann', framing: 'lws' });
  const { frames, bins, data } = stft.magnitudes(new Float32Array(4096));
  const total: number = frames * bins + data.length;
  const samples: Float32Array = stft.inverse(stft.transform(new Float32Array(4096)));
  const found = await reconstruct(stft.magnitudes(samples), {
    ...stft.config,
    stages: [{ method: 'griffin-lim', iterations: 30, momentum: 0.99 }],
    onProgress: ({ progress }) => console.log(progress.toFixed(2)),
    signal,
  });
  const model = await Magnet.train(audio, {
    epochs: 200,
    layers: [128, 128],
    scale: 'log1p',
    onProgress: ({ epoch, loss, validationLoss, secondsLeft }) =>
      console.log(epoch, loss.toFixed(3), validationLoss?.toFixed(3), secondsLeft, total),
    signal,
  });
  const { samples: sound, sampleRate } = await model.generate({ seconds: 5, seed: 7, phase: 'best' });
  await model.generate({ phase: { stages: [{ method: 'pghi' }], lookAhead: 2 }, points: [0, 1], lengths: [10, 10] });
  const wav = await readWav(await wavBytes(sound, sampleRate, { float: true }));
  const file = new Blob([await wavBytes(wav.samples, wav.sampleRate)]);
  const bytes: Uint8Array = (await Magnet.load(file)).toBytes();
  const losses: number[] = model.losses;
  const core = new Core(await prepare());
  const live: Uint8Array = new CoreLiveModel(core, new CoreModel(core, bytes)).bytes();
  const player = new CorePlayer(core, live, { lookAhead: 3, sampleRate: 48000 });
  player.process(new Float32Array(losses.length + found.spectrum.frames));
  player.dispose();
}

export async function watch(source: AudioNode, canvas: HTMLCanvasElement): Promise<number> {
  const { context } = source;
  const spectrum: SpectrumNode = await createSpectrumNode(context, { size: 1024, hop: 256, melBands: 20, rate: 30 });
  const view = new Spectrogram(canvas, { sampleRate: context.sampleRate, scale: 'linear', maxFrequency: 8000 });
  spectrum.addEventListener('frame', () => spectrum.frame && view.draw(spectrum.frame.decibels));
  source.connect(spectrum).connect(context.destination);
  // @ts-expect-error: the context's
  new SpectrumNode(context, { sampleRate: 44100 }).dispose();
  return spectrum.frame?.centroid ?? 0;
}

export async function play(model: Magnet, context: AudioContext): Promise<void> {
  const node: AudioWorkletNode = await model.createNode(context, {
    phase: 'smooth',
    seed: 7,
    engine: 'auto',
    parameterData: { pull: 0.5 },
  });
  node.connect(context.destination).disconnect();
  await register(context, { workletUrl: '/worklet.js', wasmUrl: new URL('https://example.org/lodestone.wasm') });
  const other = new GeneratorNode(context, model, { phase: { iterations: 2, lookAhead: 1 }, mode: 'stateful' });
  await other.ready;
  other.parameters.get('temperature')?.setValueAtTime(0.3, context.currentTime);
  await other.trigger(0.4, 12);
  await other.swapModel(model);
  const samples: number = other.latency.max + other.meter.underruns;
  other.addEventListener('overload', () => console.log(samples));
  other.dispose();
  const own: AudioContext = model.createContext({ latencyHint: 'interactive' });
  await Magnet.train(new Float32Array(9), { onModel: (learned) => void other.swapModel(learned) });
  await own.close();
}

export function explain(error: unknown): string {
  return error instanceof LodestoneError && error.code === 'out-of-memory' ? error.message : '';
}

export async function refused(model: Magnet): Promise<void> {
  // @ts-expect-error no such option
  await Stft.create({ hops: 256 });
  // @ts-expect-error no such window
  await Stft.create({ window: 'triangle' });
  // @ts-expect-error a number is needed
  await model.generate({ seconds: '5' });
  // @ts-expect-error no such method
  await model.generate({ phase: { stages: [{ method: 'magic' }] } });
  // @ts-expect-error no such phase
  await model.createNode(new AudioContext(), { phase: 'best' });
  // @ts-expect-error no such code
  new LodestoneError('broken', '');
}
