/**
 * Interactive machine learning by demonstration: inputs play any AudioParam as you have shown.
 * @module lodestone/mapping
 */

export { camera } from './inputs/camera.js';
export { features } from './inputs/features.js';
export { gamepad } from './inputs/gamepad.js';
export { keys } from './inputs/keys.js';
export { midi } from './inputs/midi.js';
export { motion } from './inputs/motion.js';
export { pointer } from './inputs/pointer.js';
export { openPort, port } from './inputs/port.js';
export { createMapping, Mapping } from './mapping.js';
