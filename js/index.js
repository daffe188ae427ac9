/**
 * Lodestone learns a sound and plays it back as an instrument: STFT, an LSTM over magnitude frames and phase
 * reconstruction, in C++ and WebAssembly. Importing this module has no side effects.
 * @module lodestone
 */

export { LodestoneError } from './errors.js';
export { Magnet } from './model/magnet.js';
export { GeneratorNode } from './nodes/generator-node.js';
export { Spectrogram } from './draw/spectrogram.js';
export { createSpectrumNode, SpectrumNode } from './nodes/spectrum-node.js';
export { reconstruct } from './sound/reconstruct.js';
export { register } from './nodes/register.js';
export { prepare } from './wasm/modules.js';
export { Stft } from './sound/stft.js';
export { readWav, wavBytes } from './sound/wav.js';
