// The script for all other threads, which the build bundles into dist/worklet.js. On the audio thread it registers the
// processors; in the worker engine's Worker, known by its name, it plays; elsewhere it runs long tasks.

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
