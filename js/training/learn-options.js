import { defaultsOf, pick, refused, stftDefaults } from '../options.js';
import { corpus, trainer, trainingPresets } from './facts.js';

/** @type {Required<import('../options.js').TrainerOptions>} */
export const trainerDefaults = defaultsOf(corpus, trainer);

/**
 * The defaults of the settings of a training. Those of the initial model, if any, override the preset's.
 * @param {string | undefined} preset
 * @param {{config: any} | undefined} initial
 */
export function learnDefaults(preset = Object.keys(trainingPresets)[0], initial) {
  if (!Object.hasOwn(trainingPresets, preset)) {
    throw refused('preset', preset, Object.keys(trainingPresets).join(', '));
  }
  const { layers, sequence, scale, group } = trainerDefaults;
  const shape = { ...stftDefaults, layers, sequence, scale, group };
  const given = initial?.config && pick(initial.config, shape);
  return { ...stftDefaults, ...trainerDefaults, ...trainingPresets[preset], ...given };
}
