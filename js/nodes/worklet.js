// The one script beside the page's, which the build joins into dist/worklet.js: the audio thread's processors, or in a
// Worker the player of the worker engine.

/* global registerProcessor */
import { GeneratorProcessor } from './generator-processor.js';
import { serve } from './player-worker.js';
import { SpectrumProcessor } from './spectrum-processor.js';

if (typeof registerProcessor === 'function') {
  registerProcessor('lodestone-generator', GeneratorProcessor);
  registerProcessor('lodestone-spectrum', SpectrumProcessor);
} else serve(globalThis);
