// Rows of a recording on their way from the audio thread to the page.

/** How often a row is recorded and gestures are looked for, per second. */
export const rowRate = 100;

/** Rows that are sent together, and the blocks that are on their way at most: the page may be busy for 4 s. */
export const [rowsInBlock, rowBlocks] = [25, 16];

/** Least time between two messages from an input, in ms. */
export const messageInterval = 8;

/** How often the page can draw something new, per second. */
export const reportRate = 60;

/** The numbers of a label in a report. */
export const stateNames = /** @type {const} */ (['likelihood', 'progress', 'speed']);

/**
 * The length of a report: inputs, outputs, confidences, labels.
 * @param {number} inputs
 * @param {number} outputs
 * @param {number} labels
 */
export const reportLength = (inputs, outputs, labels) => inputs + 2 * outputs + stateNames.length * labels;
