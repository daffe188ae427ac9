// The script of GeneratorNodes, which the build bundles into dist/worklet.js: on the audio thread it is their processor, in
// a Worker it is the player of the worker engine.

/* global registerProcessor */
import { GeneratorProcessor } from './generator-processor.js';
import { servePlayer } from './player-worker.js';

if (typeof registerProcessor === 'function') registerProcessor('lodestone-generator', GeneratorProcessor);
else servePlayer(globalThis);
