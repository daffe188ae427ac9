/**
 * The C ABI as synchronous classes that work in every scope, including AudioWorklets. Each `Core` is an instance of a
 * module with its own memory; each object is in the memory of its core until `dispose()`. Use any module that has what
 * you need: player.wasm plays models, lodestone.wasm plays, learns and generates, analysis.wasm computes spectra and
 * features and reconstructs phases, and mapping.wasm maps inputs to outputs.
 * @module lodestone/core
 */

/** @typedef {import('./wasm/frames.js').Frames} Frames */

export { CoreAnalyser } from './wasm/analyser.js';
export { CoreGeneration } from './wasm/generation.js';
export { Core } from './wasm/memory.js';
export { CoreExamples, CoreMapping, CoreMappingModel, CoreMappingTrainer } from './wasm/mapping.js';
export { CoreLiveModel } from './wasm/live-model.js';
export { CoreModel } from './wasm/model.js';
export { CorePhase } from './wasm/phase.js';
export { CorePlayer } from './wasm/player.js';
export { CoreReconstruction } from './wasm/reconstruction.js';
export { CoreStft } from './wasm/whole-stft.js';
export { CoreInverseStftStream, CoreStftStream } from './wasm/stft-streams.js';
export { CoreTrainer } from './wasm/trainer.js';
