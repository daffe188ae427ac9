// The long work, as the worker does it: each task takes a request of plain data and gives a plain result.

import { CoreGeneration, CoreModel, CoreReconstruction, CoreStft, CoreTrainer } from './core.js';
import { LodestoneError } from './errors.js';
import { integer } from './options.js';

/** @typedef {import('./core.js').Core} Core */

/**
 * @typedef {object} TrainingProgress
 * @property {number} epoch whole epochs done
 * @property {number} epochs
 * @property {number} step steps done
 * @property {number} steps
 * @property {number} loss mean of the last whole epoch; of the last step before there is one
 * @property {number} [validationLoss] after the last whole epoch, where a part is held out
 * @property {number} secondsLeft
 */

/**
 * @typedef {object} WorkProgress
 * @property {number} progress 0 to 1
 * @property {number} [reseeds] how often the network had to be started again
 */

/**
 * What a task asks of the one who runs it.
 * @typedef {object} Runner
 * @property {(progress: TrainingProgress | WorkProgress | {snapshot: object}) => void} report
 * @property {() => Promise<boolean>} stopped lets messages in; true when the task is to end with what there is
 */

/**
 * @typedef {object} TrainingRequest
 * @property {Float32Array} samples
 * @property {import('./options.js').StftOptions & Required<import('./options.js').TrainerOptions>} options
 * @property {Uint8Array} [initial] a model file to start from
 * @property {boolean} snapshots whether to report the model every two seconds
 */

/**
 * The learned model; null where it was stopped before the first step.
 * @param {Core} core
 * @param {TrainingRequest} request
 * @param {Runner} runner
 */
export async function train(core, { samples, options, initial, snapshots }, runner) {
  if (integer('epochs', options.epochs) < 1) {
    throw new LodestoneError('invalid-argument', `epochs is ${options.epochs}; allowed: 1 to 1000000`);
  }
  const initialModel = initial && new CoreModel(core, initial);
  const trainer = new CoreTrainer(core, samples, options, initialModel);
  initialModel?.dispose();
  await runEpochs(trainer, options.epochs, snapshots, runner);
  if (trainer.status().step === 0) return null;
  return snapshot(trainer);
}

/** @param {CoreTrainer} trainer */
function snapshot(trainer) {
  const model = trainer.model();
  try {
    return { bytes: model.toBytes(), ...describe(model) };
  } finally {
    model.dispose();
  }
}

/**
 * @param {CoreTrainer} trainer
 * @param {number} epochs
 * @param {boolean} snapshots
 * @param {Runner} runner
 */
async function runEpochs(trainer, epochs, snapshots, { report, stopped }) {
  const { stepsPerEpoch, steps } = trainer.status();
  const started = performance.now();
  const isTime = every(100);
  const isTimeForModel = every(2000);
  for (let step = 1; step <= steps && !(await stopped()); ++step) {
    const stepLoss = trainer.step();
    if (!Number.isFinite(stepLoss)) {
      const epoch = Math.ceil(step / stepsPerEpoch);
      const reason = `training blew up in epoch ${epoch}: the loss is not finite`;
      throw new LodestoneError('invalid-data', `${reason}; try a smaller learningRate or clipNorm: 1`);
    }
    if (snapshots && isTimeForModel()) report({ snapshot: snapshot(trainer) });
    const epochEnded = step % stepsPerEpoch === 0;
    if (!epochEnded && !isTime()) continue;
    report({
      epoch: trainer.status().epoch,
      epochs,
      step,
      steps,
      loss: trainer.losses.pop() ?? stepLoss,
      validationLoss: trainer.validationLosses.pop(),
      secondsLeft: (((performance.now() - started) / step) * (steps - step)) / 1000,
    });
  }
}

/**
 * What a Magnet is made of.
 * @param {CoreModel} model
 */
export function describe(model) {
  return {
    live: model.liveBytes(),
    config: model.config,
    losses: model.losses,
    validationLosses: model.validationLosses,
  };
}

/**
 * @typedef {object} GenerationRequest
 * @property {Uint8Array} bytes the model file
 * @property {number} seconds
 * @property {import('./options.js').DreamOptions} dream
 * @property {import('./options.js').PhaseOptions} phase
 */

/**
 * @param {Core} core
 * @param {GenerationRequest} request
 * @param {Runner} runner
 */
export function generate(core, { bytes, seconds, dream, phase }, { report }) {
  const model = new CoreModel(core, bytes);
  const { sampleRate } = model.config;
  const generation = new CoreGeneration(core, model, seconds, dream, phase);
  model.dispose();
  const isTime = every(50);
  while (!generation.step()) {
    if (isTime()) report({ progress: generation.progress, reseeds: generation.reseeds });
  }
  return { samples: generation.samples(), sampleRate, reseeds: generation.reseeds };
}

/**
 * @typedef {object} ReconstructionRequest
 * @property {import('./core.js').Frames} magnitudes
 * @property {import('./core.js').Frames} [start]
 * @property {import('./options.js').StftOptions} options
 * @property {import('./options.js').PhaseOptions} phase
 */

/**
 * @param {Core} core
 * @param {ReconstructionRequest} request
 * @param {Runner} runner
 */
export function reconstruct(core, { magnitudes, start, options, phase }, { report }) {
  const reconstruction = new CoreReconstruction(core, magnitudes, options, phase, start);
  const isTime = every(50);
  while (!reconstruction.step()) {
    if (isTime()) report({ progress: reconstruction.progress });
  }
  const spectrum = reconstruction.spectrum();
  reconstruction.dispose();
  const stft = new CoreStft(core, options);
  return { samples: stft.inverse(spectrum), sampleRate: stft.config.sampleRate, spectrum };
}

/**
 * Whether so many milliseconds have passed since it last said so.
 * @param {number} milliseconds
 */
function every(milliseconds) {
  let last = performance.now();
  return () => {
    const now = performance.now();
    if (now - last < milliseconds) return false;
    last = now;
    return true;
  };
}
