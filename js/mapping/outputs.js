// What a mapping plays: numbers from 0 to 1, scaled to the ranges of AudioParams.

import { choice, number, refused, settle } from '../options.js';

/**
 * @typedef {object} OutputOptions
 * @property {any} [param] an AudioParam, or a Param or Signal of Tone.js; without one the output is only a signal
 * @property {number} [min] default the parameter's minimum; 20 for frequencies, 0 for unlimited parameters
 * @property {number} [max] default the parameter's maximum; 1 for unlimited parameters
 * @property {'linear' | 'logarithmic'} [scale] default `logarithmic` for frequencies
 * @property {number} [smoothing] time constant in seconds; default 0.02
 * @property {string} [follows] instead of being taught, it follows a gesture: `hit.progress`, `hit.speed` or
 *   `hit.likelihood`
 * @property {'kernel' | 'mlp' | 'linear'} [model] default that of the mapping
 * @property {string[]} [inputs] the names of the inputs that it depends on, or of their values; default all
 */

/**
 * @typedef {object} Range
 * @property {number} min
 * @property {number} max
 * @property {boolean} isLogarithmic
 */

/** @typedef {Required<OutputOptions> & Range & {name: string}} Output whose `param` is an AudioParam or undefined */

const scales = ['linear', 'logarithmic'];
/** @type {any} */
const empty = { param: undefined, min: undefined, max: undefined, scale: undefined, smoothing: 0.02 };
/** @type {any} */
const learning = { follows: undefined, model: undefined, inputs: undefined };

/**
 * The AudioParam behind a Param or Signal of Tone.js.
 * @param {any} param
 * @returns {any}
 */
const rawParam = (param) => (param?._param ? rawParam(param._param) : param);

const isParam = (/** @type {any} */ value) => typeof rawParam(value)?.setValueAtTime === 'function';

/**
 * @param {string} name
 * @param {any} given an AudioParam, or OutputOptions
 * @param {number} sampleRate
 * @returns {Output}
 */
export function outputOf(name, given, sampleRate) {
  if (given === undefined) throw refused(`the output ${name}`, given, 'AudioParams, objects of options');
  const options = isParam(given) ? { param: given } : given;
  const { param: any, ...rest } = settle(`the output ${name}`, options, { ...empty, ...learning });
  if (any !== undefined && !isParam(any)) throw refused(`param of ${name}`, any, 'AudioParams');
  const param = rawParam(any);
  const natural = naturalRange(param, any?.units === 'frequency', sampleRate / 2); // a Signal of Tone.js has units
  return { ...rest, name, param, ...rangeOf(name, rest, natural) };
}

/**
 * The range of a parameter if nothing else is wanted.
 * @param {AudioParam | undefined} param
 * @param {boolean} isFrequency
 * @param {number} nyquist
 */
function naturalRange(param, isFrequency, nyquist) {
  if (isFrequency || (param && Math.abs(param.maxValue - nyquist) < 1)) {
    return { min: 20, max: nyquist, scale: 'logarithmic' };
  }
  if (!param || param.maxValue > 1e30) return { min: 0, max: 1, scale: 'linear' };
  return { min: param.minValue, max: param.maxValue, scale: 'linear' };
}

/**
 * @param {string} name
 * @param {any} given
 * @param {{min: number, max: number, scale: string}} natural
 */
function rangeOf(name, given, natural) {
  const min = number(`min of ${name}`, given.min ?? natural.min);
  const max = number(`max of ${name}`, given.max ?? natural.max);
  const isLogarithmic = choice(`scale of ${name}`, given.scale ?? (min > 0 ? natural.scale : 'linear'), scales) === 1;
  if (!(max > min)) throw refused(`max of ${name}`, max, `numbers above ${min}, its min`);
  if (isLogarithmic && !(min > 0)) throw refused(`min of ${name}`, min, 'numbers above 0 on a logarithmic scale');
  if (!(number(`smoothing of ${name}`, given.smoothing) >= 0)) {
    throw refused(`smoothing of ${name}`, given.smoothing, 'numbers from 0');
  }
  return { min, max, isLogarithmic };
}

/**
 * The number from 0 to 1 that stands for a value of the parameter.
 * @param {Range} range
 * @param {number} value
 */
export function normal({ min, max, isLogarithmic }, value) {
  const share = isLogarithmic ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
  return Math.min(Math.max(share, 0), 1) || 0; // the logarithm of a negative value is NaN
}

/**
 * The value of the parameter for a number from 0 to 1.
 * @param {Range} range
 * @param {number} share
 */
export const scaled = ({ min, max, isLogarithmic }, share) =>
  isLogarithmic ? min * (max / min) ** share : min + (max - min) * share;

/** What a parameter adds to a connected signal: its own value cannot always be 0.
 * @param {AudioParam | undefined} param */
export const baseOf = (param) => (param ? Math.min(Math.max(0, param.minValue), param.maxValue) : 0);
