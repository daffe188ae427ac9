import { LodestoneError } from '../errors.js';

/**
 * What a node plays: a Magnet, or anything else that has a configuration and the bytes of a live model.
 * @typedef {object} PlayableModel
 * @property {import('../model/magnet.js').MagnetConfig} config
 * @property {() => Uint8Array} liveBytes whose result the caller gives away
 */

/** The settings that must match for one model to replace another. */
const shape = /** @type {const} */ ([
  'size',
  'windowSize',
  'hop',
  'window',
  'framing',
  'sampleRate',
  'layers',
  'sequence',
  'scale',
  'group',
]);

/**
 * Throws if a model cannot replace the one that is playing.
 * @param {PlayableModel['config']} config
 * @param {PlayableModel['config']} playing
 */
export function checkShape(config, playing) {
  const different = shape.find((name) => String(config[name]) !== String(playing[name]));
  if (different) throw otherShape(different, config[different], playing[different]);
  if (config.impulses > playing.impulses) throw otherShape('impulses', config.impulses, `0 to ${playing.impulses}`);
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {unknown} allowed
 */
function otherShape(name, value, allowed) {
  const reason = 'as in the model that the node was created with; a different shape needs a new node';
  return new LodestoneError('invalid-argument', `the model's ${name} is ${value}; allowed: ${allowed}, ${reason}`);
}
