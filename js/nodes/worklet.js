// The one script of all other threads, which the build joins into dist/worklet.js: the audio thread's processors; in a
// Worker of that name the player of the worker engine; in any other, and in Node's threads, the work that takes long.

/* global registerProcessor */
import { serveTasks } from '../threads/worker.js';
import { GeneratorProcessor } from './generator-processor.js';
import { playerName } from '../threads/messages.js';
import { serve } from './player-worker.js';
import { SpectrumProcessor } from './spectrum-processor.js';

if (typeof registerProcessor === 'function') {
  registerProcessor('lodestone-generator', GeneratorProcessor);
  registerProcessor('lodestone-spectrum', SpectrumProcessor);
} else if (/** @type {any} */ (globalThis).name === playerName) serve(globalThis);
else serveTasks();
