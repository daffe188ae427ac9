// Lists and deletes the trainings in a store, for pages that offer to resume them.

import { checkId } from './checkpoint-options.js';
import { parseName, readDescription } from './checkpoint-file.js';
import { openStore, storageFailure } from './stores/store.js';

/** @typedef {import('./checkpoint-file.js').CheckpointName} CheckpointName */
/** @typedef {import('./stores/store.js').Store} Store */

/**
 * A training with checkpoints, finished or not.
 * @typedef {object} KeptTraining
 * @property {string} id for Magnet.resume and Magnet.forget
 * @property {number} epoch completed epochs at the last checkpoint
 * @property {number} epochs
 * @property {number} step completed steps
 * @property {number} steps 0 before the first checkpoint
 * @property {Date | null} saved time of the last checkpoint; null before the first
 */

const headLength = 1 << 16;

/**
 * Newest first.
 * @param {string} [where]
 * @returns {Promise<KeptTraining[]>}
 */
export async function keptTrainings(where) {
  try {
    const store = await openStore(where);
    const files = /** @type {CheckpointName[]} */ ((await store.list()).map(parseName).filter(Boolean));
    const ids = [...new Set(files.map(({ id }) => id))];
    const trainings = await Promise.all(ids.map((id) => keptTraining(store, files, id)));
    return trainings.sort((a, b) => Number(b.saved) - Number(a.saved));
  } catch (error) {
    throw storageFailure('the checkpoints cannot be listed', error);
  }
}

/**
 * @param {Store} store
 * @param {CheckpointName[]} files
 * @param {string} id
 */
async function keptTraining(store, files, id) {
  const own = files.filter((file) => file.id === id).sort((a, b) => b.number - a.number);
  for (const { name } of own) {
    try {
      const {
        options,
        epoch = 0,
        epochs = Math.max(options.epochs, 0),
        step = 0,
        steps = 0,
        saved,
      } = readDescription(await store.read(name, headLength));
      return { id, epoch, epochs, step, steps, saved: saved ? new Date(saved) : null };
    } catch {
      // Damaged: use the one before, as resuming does.
    }
  }
  return { id, epoch: 0, epochs: 0, step: 0, steps: 0, saved: null };
}

/**
 * @param {string} id
 * @param {string} [where]
 */
export async function forgetTraining(id, where) {
  checkId(id);
  try {
    const store = await openStore(where);
    const names = (await store.list()).filter((name) => name.startsWith(`${id}.`));
    await Promise.all(names.map((name) => store.remove(name)));
  } catch (error) {
    throw storageFailure(`the training "${id}" cannot be forgotten`, error);
  }
}
