// The one script of the audio thread, which the build joins into dist/worklet.js.

/* global registerProcessor */
import { GeneratorProcessor } from './generator-processor.js';

registerProcessor('lodestone-generator', GeneratorProcessor);
