// Learns, plays through the audio worklet, and says what came of it.
import { Magnet } from 'lodestone';
import { hash, learn } from './learn.js';

async function outcome() {
  const model = await learn(Magnet);
  const { sampleRate } = model.config;
  const context = new OfflineAudioContext(1, sampleRate, sampleRate);
  const node = await model.createNode(context);
  node.connect(context.destination);
  const sound = await context.startRendering();
  return { model: hash(model.toBytes()), sound: hash(sound.getChannelData(0)) };
}

globalThis.outcome = outcome();
