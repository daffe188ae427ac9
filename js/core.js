/**
 * The C ABI as synchronous classes that work in every scope, including an AudioWorklet. Each `Core` is an instance of
 * the WebAssembly module with its own memory; each object lives in the memory of its core until `dispose()`.
 * @module lodestone/core
 */

/** @typedef {import('./wasm/frames.js').Frames} Frames */

export { CoreAnalyser } from './wasm/analyser.js';
export { CoreGeneration } from './wasm/generation.js';
export { Core } from './wasm/instance.js';
export { CoreLiveModel } from './wasm/live-model.js';
export { CoreModel } from './wasm/model.js';
export { CorePhase } from './wasm/phase.js';
export { CorePlayer } from './wasm/player.js';
export { CoreReconstruction } from './wasm/reconstruction.js';
export { CoreStft } from './wasm/stft.js';
export { CoreInverseStftStream, CoreStftStream } from './wasm/stft-streams.js';
export { CoreTrainer } from './wasm/trainer.js';
