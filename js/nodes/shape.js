import { LodestoneError } from '../errors.js';

/**
 * What a node plays: a Magnet, or anything else that can say how it was trained and what a player reads.
 * @typedef {object} PlayableModel
 * @property {import('../model/magnet.js').MagnetConfig} config
 * @property {() => Uint8Array} liveBytes
 */

/** What of a model's configuration has to agree for another model to take its place. */
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
]);

/**
 * Refuses a model that does not fit into the place of another.
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
  const reason = 'the shape of the model that the node was made for; for another, make another node';
  return new LodestoneError('invalid-argument', `the model's ${name} is ${value}; allowed: ${allowed}, ${reason}`);
}
