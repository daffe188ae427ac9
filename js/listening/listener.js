// The script for listening, which the build bundles into dist/listener.js: on the audio thread it is the processor that
// collects what it hears, in a Worker it learns.

/* global registerProcessor */
import { serveTasks } from '../threads/serve-tasks.js';
import { ListenerProcessor } from './listener-processor.js';
import { listen } from './rounds.js';

if (typeof registerProcessor === 'function') registerProcessor('lodestone-listener', ListenerProcessor);
else serveTasks({ listen });
