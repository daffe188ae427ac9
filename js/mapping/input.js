import { refused } from '../options.js';

/**
 * What an input gets from its mapping.
 * @typedef {object} InputLink
 * @property {(values: Float32Array) => void} write passes on the values, of which the latest count
 * @property {(isLost: boolean, error?: import('../errors.js').LodestoneError) => void} lost says whether the source is
 *   gone; the mapping holds its last values
 * @property {() => import('./latest.js').End} end instead of `write`: the end of the channel for another thread
 */

/**
 * Sound whose features are computed on the audio thread.
 * @typedef {object} Sound
 * @property {any} source an AudioNode or a MediaStream
 * @property {string[]} features
 * @property {Required<import('../options.js').AnalyserOptions>} options
 */

/**
 * Something that a mapping listens to. Anything with these members will do.
 * @typedef {object} Input
 * @property {string} name unlike those of the mapping's other inputs
 * @property {string[]} names of its values
 * @property {(link: InputLink) => (() => void)} [start] begins to listen; returns what ends it
 * @property {Sound} [sound] instead of `start`
 */

/**
 * The names of an input's values in a mapping and its file.
 * @param {Input} input
 */
export const namesOf = ({ name, names }) => names.map((value) => `${name}.${value}`);

/**
 * Where values are in a mapping's inputs.
 * @param {string[]} all their names
 * @param {string[] | undefined} wanted names of values, or of inputs with all their values; undefined for all
 */
export function placesOf(all, wanted) {
  const found = wanted?.flatMap((name) => {
    const places = all.flatMap((value, i) => (value === name || value.startsWith(`${name}.`) ? [i] : []));
    if (places.length === 0) throw refused('an input of an output', name, all.join(', '));
    return places;
  });
  return found && [...new Set(found)].sort((a, b) => a - b);
}
