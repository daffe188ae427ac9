// Learns, reads the model file, plays it in the AudioWorklet, and reports the result.
import { Magnet } from 'lodestone';
import { hash, learn, refusal } from './learn.js';

async function outcome() {
  const file = (await learn(Magnet)).toBytes();
  const model = await Magnet.load(file);
  const { sampleRate } = model.config;
  const context = new OfflineAudioContext(1, sampleRate, sampleRate);
  const node = await model.createNode(context);
  node.connect(context.destination);
  const sound = await context.startRendering();
  return { model: hash(file), sound: hash(sound.getChannelData(0)), refusal: await refusal(Magnet) };
}

globalThis.outcome = outcome();
