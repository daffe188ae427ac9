// The same as page.js without a browser.
import { Magnet, prepare } from 'lodestone';
import { Core, CoreLiveModel, CoreModel, CorePlayer } from 'lodestone/core';
import { hash, learn, refusal } from './learn.js';

const model = await learn(Magnet);
const core = new Core(await prepare());
const player = new CorePlayer(core, new CoreLiveModel(core, new CoreModel(core, model.toBytes())).bytes());
const sound = new Float32Array(model.config.sampleRate);
for (let at = 0; at < sound.length; at += 128) player.process(sound.subarray(at, at + 128));
const outcome = { model: hash(model.toBytes()), sound: hash(sound), refusal: await refusal(Magnet) };
console.log(JSON.stringify({ outcome, loudest: Math.max(...sound) }));
