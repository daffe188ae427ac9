// Computes lost time from the lateness of quanta.

/** Milliseconds: less than a quantum of 128 at 44.1 kHz, but more than a tick of a worklet's clock. */
const smallest = 2.9;

/**
 * A device that has to wait plays silence meanwhile, and its clock stays behind permanently, whereas quanta that are late
 * but in time for the device's buffer catch up. So time is lost when the minimum lateness of everything that follows
 * rises. Clocks that drift apart make it rise too, but never as far at once.
 * @param {number[]} floors minimum lateness, in ms, of consecutive stretches of time
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
