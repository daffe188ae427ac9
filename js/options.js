// The options of the JavaScript API: their defaults and the checks of their types. Their names come from the table of
// facts; ranges are checked by the core.

import { LodestoneError } from './errors.js';
import * as facts from './facts.js';

export * from './facts.js';

/**
 * @typedef {object} PhaseStages
 * @property {import('./facts.js').PhasePreset} [preset] default `best`
 * @property {import('./facts.js').PhaseStage[]} [stages] instead of a preset: a list of stages, in order
 */
/** @typedef {PhaseStages & import('./facts.js').PhaseSettings} PhaseOptions */

/** Instead of the stages of PhaseConfig.
 * @type {facts.Facts} */
const choices = { preset: ['string', undefined], stages: ['list', undefined] };

/**
 * @param {facts.Facts[]} tables
 * @returns {any}
 */
export const defaultsOf = (...tables) =>
  Object.fromEntries(tables.flatMap(Object.entries).map(([name, [, fallback]]) => [name, fallback]));

// Bundlers leave out what is unused.
/** @type {Required<facts.StftOptions>} */
export const stftDefaults = /* @__PURE__ */ defaultsOf(facts.stft);
/** @type {Required<facts.AnalyserOptions>} */
export const analyserDefaults = /* @__PURE__ */ defaultsOf(facts.analyser);
/** @type {Required<facts.DreamOptions>} */
export const dreamDefaults = /* @__PURE__ */ defaultsOf(facts.dream);
/** @type {Required<facts.PlayerOptions>} */
export const playerDefaults = /* @__PURE__ */ defaultsOf(facts.player);
/** @type {Required<facts.PhaseStage>} */
export const stageDefaults = /* @__PURE__ */ defaultsOf(facts.stage);
/** @type {Required<facts.PhaseStreamOptions>} */
export const phaseStreamDefaults = /* @__PURE__ */ defaultsOf(facts.phaseStream);
/** @type {Required<facts.ImportOptions>} */
export const importDefaults = /* @__PURE__ */ defaultsOf(facts.imported);
/** @type {PhaseStages & Required<facts.PhaseSettings>} */
export const phaseDefaults = /* @__PURE__ */ defaultsOf(choices, facts.phase);

/** @type {Record<string, (name: string, value: unknown) => number>} */
const checks = { integer, number, seed, flag };

/**
 * The numbers of a configuration as the C ABI takes them, in the order of the table; lists are passed separately.
 * @param {facts.Facts} table
 * @param {Record<string, any>} options
 */
export function pack(table, options) {
  const rows = Object.entries(table).filter(([, [kind]]) => kind !== 'list');
  return Float64Array.from(rows, ([name, [kind]]) =>
    typeof kind === 'string' ? checks[kind](name, options[name]) : choice(name, options[name], kind),
  );
}

/**
 * The defaults, overridden by what was given; unknown names are refused.
 * @template {object} T
 * @param {string} of whose options
 * @param {unknown} given
 * @param {T} defaults
 * @returns {T}
 */
export function settle(of, given, defaults) {
  if (given === undefined) return { ...defaults };
  if (typeof given !== 'object' || given === null) throw refused(`the options of ${of}`, given, 'an object');
  const known = Object.keys(defaults);
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new LodestoneError('invalid-argument', `${of} has no option ${unknown}; options: ${known.join(', ')}`);
  }
  const wanted = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(wanted) };
}

/**
 * The entries of `given` that `defaults` has.
 * @template {object} T
 * @param {object} given
 * @param {T} defaults
 * @returns {T}
 */
export function pick(given, defaults) {
  const known = Object.keys(defaults);
  return /** @type {T} */ (Object.fromEntries(Object.entries(given).filter(([name]) => known.includes(name))));
}

/**
 * @param {string} name
 * @param {unknown} value
 */
export function integer(name, value) {
  if (Number.isInteger(value) && Math.abs(/** @type {number} */ (value)) < 2 ** 31)
    return /** @type {number} */ (value);
  throw refused(name, value, 'whole numbers to 2147483647');
}

/**
 * @param {string} name
 * @param {unknown} value
 */
export function seed(name, value) {
  if (typeof value === 'number' && value >>> 0 === value) return value;
  throw refused(name, value, 'whole numbers from 0 to 4294967295');
}

/**
 * @param {string} name
 * @param {unknown} value
 */
export function number(name, value) {
  if (typeof value === 'number') return value;
  throw refused(name, value, 'numbers');
}

/**
 * @param {string} name
 * @param {unknown} value
 */
export function flag(name, value) {
  if (typeof value === 'boolean') return value ? 1 : 0;
  throw refused(name, value, 'true, false');
}

/**
 * The number of a C++ enumerator.
 * @param {string} name
 * @param {unknown} value
 * @param {readonly string[]} allowed
 */
export function choice(name, value, allowed) {
  const index = allowed.indexOf(/** @type {string} */ (value));
  if (index >= 0) return index;
  throw refused(name, value, allowed.join(', '));
}

/**
 * Each entry checked by `check`.
 * @param {string} name
 * @param {unknown} values
 * @param {(name: string, value: unknown) => number} check
 */
export function list(name, values, check) {
  if (!Array.isArray(values) && !ArrayBuffer.isView(values)) throw refused(name, values, 'arrays of numbers');
  return Array.from(/** @type {ArrayLike<unknown>} */ (/** @type {unknown} */ (values)), (value, i) =>
    check(`${name}[${i}]`, value),
  );
}

/**
 * Float32 values; plain arrays and other typed arrays are converted.
 * @param {string} name
 * @param {unknown} values
 * @returns {Float32Array}
 */
export function floats(name, values) {
  const kind = Object.prototype.toString.call(values);
  if (kind === '[object Float32Array]') return /** @type {Float32Array} */ (values);
  if (Array.isArray(values) || (ArrayBuffer.isView(values) && kind !== '[object DataView]')) {
    return Float32Array.from(/** @type {number[]} */ (values));
  }
  throw refused(name, values, 'Float32Array');
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {string} allowed
 */
export function refused(name, value, allowed) {
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : spelled(value);
  return new LodestoneError('invalid-argument', `${name} is ${text}; allowed: ${allowed}`);
}

/** @param {unknown} value */
function spelled(value) {
  if (typeof value === 'string') return `"${value}"`;
  if (value === null || value === undefined) return String(value);
  return Object.prototype.toString.call(value).slice(8, -1);
}
