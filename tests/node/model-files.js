// Takes model files apart and puts them together again with changes, to see how the core reacts.

import { readSafetensors, writeSafetensors } from '../../js/training/safetensors.js';

/** The parts of a model file: its metadata and its tensors. */
export function readModelFile(bytes) {
  const { metadata, tensors } = readSafetensors(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return { ...JSON.parse(metadata.lodestone), tensors };
}

/** The file with these tensors; other fields as `readModelFile` gives them. */
export function writeModelFile(file, tensors) {
  return writeSafetensors({ lodestone: JSON.stringify({ ...file, tensors: undefined }) }, tensors);
}
