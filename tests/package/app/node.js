// The same as page.js without a browser.
import { Magnet, prepare } from 'lodestone';
import { Core, CoreLiveModel, CoreModel, CorePlayer } from 'lodestone/core';
import { hash, learn } from './learn.js';

const model = await learn(Magnet);
const core = new Core(await prepare());
const player = new CorePlayer(core, new CoreLiveModel(core, new CoreModel(core, model.toBytes())).bytes());
const sound = new Float32Array(model.config.sampleRate);
for (let at = 0; at < sound.length; at += 128) player.process(sound.subarray(at, at + 128));
console.log(JSON.stringify({ model: hash(model.toBytes()), sound: hash(sound), loudest: Math.max(...sound) }));
