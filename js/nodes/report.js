import { meterNames } from '../options.js';

/**
 * What a processor reports to the main thread twice a second, as a Float64Array: its own values, then the player's.
 */
export const reportNames = /** @type {const} */ (['cpu', 'late', 'losses', 'gaps', ...meterNames]);

/** Index of the player's first value. */
export const playersPlace = 4;
