// The audio thread's script for listening, which the build bundles into dist/listener-worklet.js.

/* global registerProcessor */
import { ListenerProcessor } from './listener-processor.js';

registerProcessor('lodestone-listener', ListenerProcessor);
