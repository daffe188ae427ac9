/**
 * The C ABI as synchronous classes that work in every scope, the AudioWorklet included. Each `Core` is an instance of
 * the module with its own memory; each object lives in the memory of its core until `dispose()`.
 * @module lodestone/core
 */

/** @typedef {import('./core/frames.js').Frames} Frames */

export { CoreAnalyser } from './core/analyser.js';
export { CoreGeneration } from './core/generation.js';
export { Core } from './core/instance.js';
export { CoreLiveModel } from './core/live-model.js';
export { CoreModel } from './core/model.js';
export { CorePhase } from './core/phase.js';
export { CorePlayer } from './core/player.js';
export { CoreReconstruction } from './core/reconstruction.js';
export { CoreStft } from './core/stft.js';
export { CoreInverseStftStream, CoreStftStream } from './core/stft-streams.js';
export { CoreTrainer } from './core/trainer.js';
