/**
 * Lodestone learns a sound and plays it back as an instrument: STFT, an LSTM over magnitude frames and phase
 * reconstruction, in C++ and WebAssembly. Importing this touches nothing global.
 * @module lodestone
 */

export { LodestoneError } from './errors.js';
export { Magnet } from './magnet.js';
export { GeneratorNode } from './nodes/generator-node.js';
export { Spectrogram } from './nodes/spectrogram.js';
export { createSpectrumNode, SpectrumNode } from './nodes/spectrum-node.js';
export { reconstruct } from './reconstruct.js';
export { register } from './register.js';
export { prepare } from './shared.js';
export { Stft } from './stft.js';
export { readWav, wavBytes } from './wav.js';
