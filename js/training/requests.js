// What `Magnet.train` and `Magnet.resume` were asked for, checked. Loaded with the first training.

import { integer, pick, refused, settle } from '../options.js';
import { settleCheckpoint } from './checkpoint-options.js';
import { learnDefaults } from './learn-options.js';

export { Pool } from './pool.js';

/** @typedef {import('../model/magnet.js').Magnet} Magnet */
/** @typedef {{request: import('./pool.js').PoolRequest, hooks: Omit<import('./pool.js').Hooks<Magnet>, 'make'>}} Settled */

/** @type {import('../model/magnet.js').FollowOptions} */
const followDefaults = {
  workers: undefined,
  onProgress: undefined,
  onNotice: undefined,
  onModel: undefined,
  signal: undefined,
};

/**
 * @param {import('./audio.js').Audio} audio
 * @param {import('../model/magnet.js').TrainOptions} [options]
 * @returns {Settled}
 */
export function trainRequest(audio, options) {
  const defaults = learnDefaults(options?.preset, options?.initial);
  const { initial, checkpoint, workers, ...rest } = settle('Magnet.train', options, {
    ...defaults,
    ...followDefaults,
    preset: /** @type {string | undefined} */ (undefined),
    initial: /** @type {Magnet | undefined} */ (undefined),
    checkpoint: /** @type {string | import('./checkpoint-options.js').CheckpointOptions | undefined} */ (undefined),
  });
  if (integer('epochs', rest.epochs) === 0) {
    throw refused('epochs', rest.epochs, '-1 (as many as the sound needs), 1 to 1000000');
  }
  if (initial && typeof initial.toBytes !== 'function') throw refused('initial', initial, 'Magnet');
  const request = {
    audio,
    sampleRate: options?.sampleRate,
    workers,
    options: pick(rest, defaults),
    initial: initial?.toBytes(),
    checkpoint: checkpoint === undefined ? undefined : settleCheckpoint(checkpoint),
  };
  return { request, hooks: pick(rest, followDefaults) };
}

/**
 * @param {string} id
 * @param {import('../model/magnet.js').ResumeOptions} [options]
 * @returns {Settled}
 */
export function resumeRequest(id, options) {
  const { store, every, workers, ...hooks } = settle('Magnet.resume', options, {
    ...followDefaults,
    store: /** @type {string | undefined} */ (undefined),
    every: /** @type {number | undefined} */ (undefined),
  });
  return { request: { workers, checkpoint: settleCheckpoint({ id, every, store }) }, hooks };
}
