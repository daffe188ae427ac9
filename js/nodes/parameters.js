import { knobs } from '../facts.js';

/** The knobs as AudioParams. */
export const parameters = knobs.map(([name, minValue, maxValue, defaultValue, automationRate = 'k-rate']) => {
  return { name, minValue, maxValue, defaultValue, automationRate };
});
