import { meterNames } from '../options.js';

/**
 * What a processor reports twice a second in a Float64Array, which is copied to the main thread: its own, then the
 * player's.
 */
export const reportNames = /** @type {const} */ (['cpu', 'late', 'losses', 'gaps', ...meterNames]);

/** Where the player's begin. */
export const playersPlace = 4;
