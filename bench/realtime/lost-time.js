// Computes lost time from the lateness of quanta.

/** Milliseconds: a quantum of 128 at 44.1 kHz, which is more than a worklet's clock is coarse. */
const smallest = 2.9;

/**
 * A device that has to wait plays silence meanwhile, and its clock stays behind by as much for good, whereas quanta that
 * are late but in time for the device's buffer are made up for. So what counts is how the least lateness of all that
 * comes later rises. Clocks that drift apart rise too, but never as far at once.
 * @param {number[]} floors the least lateness, in ms, of one stretch of time after the other
 * @returns {{ events: number, milliseconds: number, steps: [index: number, milliseconds: number][] }}
 */
export function lostTime(floors) {
  /** @type {[number, number][]} */
  const steps = [];
  let later = Infinity;
  for (let i = floors.length - 1; i >= 0; --i) {
    const here = Math.min(floors[i], later);
    if (later < Infinity && later - here >= smallest) steps.unshift([i, later - here]);
    later = here;
  }
  return { events: steps.length, milliseconds: steps.reduce((sum, [, lost]) => sum + lost, 0), steps };
}
