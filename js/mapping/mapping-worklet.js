// The script of mappings, which the build bundles into dist/mapping-worklet.js: on the audio thread it is the processor that
// runs models, in a Worker it learns them.

/* global registerProcessor */
import { serve } from '../threads/remote.js';
import { learner } from './learner.js';
import { MappingProcessor } from './mapping-processor.js';

if (typeof registerProcessor === 'function') registerProcessor('lodestone-mapping', MappingProcessor);
else serve(/** @type {any} */ (globalThis), learner());
