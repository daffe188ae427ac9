// A module Worker that does the fixed computation.
import { results } from './fixed-computation.js';

onmessage = ({ data: modules }) => postMessage(results(modules));
