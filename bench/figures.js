// A target figure: its name, its target value, and how to find it in the measurements.

/**
 * @import { Analysis, Findings, Found, Series, Target } from './types.d.ts'
 * @typedef {{ series: (Analysis | Series)[], experiments: Record<string, Findings> }} Measured
 */

/**
 * @typedef {{ relation: '<=' | '>=', target: number, unit: string, name: string, find: (measured: Measured) => Found }} Figure
 * @type {(target: number, unit: string, name: string, find: Figure['find']) => Figure}
 */
export const atMost = (target, unit, name, find) => ({ relation: '<=', target, unit, name, find });
/** @type {typeof atMost} */
export const atLeast = (target, unit, name, find) => ({ relation: '>=', target, unit, name, find });

/** An experiment's finding, with its interval if there is one. */
export const experiment =
  (/** @type {string} */ name, /** @type {string} */ key) =>
  (/** @type {Measured} */ { experiments }) => {
    const { values = {}, estimates = {} } = experiments[name] ?? {};
    if (estimates[key]) return estimates[key];
    if (values[key] === undefined) throw new Error(`the experiment ${name} did not run`);
    return { value: values[key], low: values[key], high: values[key] };
  };

/**
 * One target per figure; one that could not be measured counts as missed and says why.
 * @param {Figure[]} figures
 * @param {Measured} measured
 * @returns {Target[]}
 */
export function settle(figures, measured) {
  return figures.map(({ name, unit, relation, target, find }) => {
    try {
      const { value, low, high, note } = find(measured);
      const met = relation === '<=' ? value <= target : value >= target;
      return { name, unit, value, low, high, relation, target, met, ...(note && { note }) };
    } catch (error) {
      const why = /** @type {Error} */ (error).message;
      return { name, unit, value: null, low: null, high: null, relation, target, met: false, why };
    }
  });
}
