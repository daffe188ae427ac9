// The script of SpectrumNodes on the audio thread, which the build bundles into dist/spectrum-worklet.js.

/* global registerProcessor */
import { SpectrumProcessor } from './spectrum-processor.js';

registerProcessor('lodestone-spectrum', SpectrumProcessor);
