// A training that is repeatedly killed and resumed, for Node and pages.
import { Magnet } from '../../js/index.js';
import { hash, testSound } from './fixed-computation.js';

const sound = { samples: testSound(), sampleRate: 44100 };
const settings = {
  ...{ preset: 'classic', size: 512, hop: 128, layers: [24, 16], sequence: 12, batch: 16, seed: 5, validation: 0.2 },
};
export const trainings = {
  windows: settings,
  sequence: { ...settings, training: 'sequence', feedback: 1, components: -1 },
};

/** The hash of the model without interruptions. */
export async function unbroken(kind, epochs) {
  return hash((await Magnet.train(sound, { ...trainings[kind], epochs })).toBytes());
}

/** Begins the training, or resumes it if the store has it; returns the hash of the final model. */
export async function goOn({ kind, epochs, workers, store, onProgress }) {
  const kept = (await Magnet.checkpoints(store)).some(({ id }) => id === kind);
  const keeping = { every: 0.05, store };
  const model = kept
    ? await Magnet.resume(kind, { ...keeping, workers, onProgress })
    : await Magnet.train(sound, {
        ...{ ...trainings[kind], epochs, workers, onProgress },
        checkpoint: { id: kind, ...keeping },
      });
  return hash(model.toBytes());
}
