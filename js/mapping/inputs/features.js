import { analyserDefaults, features as lengths, refused, settle } from '../../options.js';

/**
 * Features of a sound, computed on the audio thread; see SpectrumFrame for their meanings.
 * @param {AudioNode | MediaStream} source
 * @param {(keyof typeof lengths)[]} wanted
 * @param {Omit<import('../../options.js').AnalyserOptions, 'sampleRate'>} [options] default `size` 1024, `hop` 256
 * @param {string} [name]
 * @returns {import('../input.js').Input}
 */
export function features(source, wanted, options, name = 'sound') {
  const { sampleRate, ...defaults } = { ...analyserDefaults, size: 1024, hop: 256 };
  const settled = { ...settle('features', options, defaults), sampleRate };
  /** @type {Record<string, any>} */
  const counts = { ...settled, bins: settled.size / 2 + 1 };
  const names = wanted.flatMap((feature) => {
    const of = lengths[feature];
    if (of === undefined) throw refused('a feature', feature, Object.keys(lengths).join(', '));
    return of === 1 ? [feature] : Array.from({ length: counts[of] }, (_, i) => `${feature}${i}`);
  });
  return { name, names, sound: { source, features: wanted, options: settled } };
}
