// node halve.js MODEL HALVED: writes the model with its matrices as float16, which all readers of model files accept.
// Weights are of the order of 1, where float16 has 11 bits; statistics, biases and residuals are not changed.

import { readFileSync, writeFileSync } from 'node:fs';
import { readSafetensors, writeSafetensors } from '../../js/training/safetensors.js';

const [from, to] = process.argv.slice(2);

/** The bits of the nearest float16, ties to even, of a number below 65504. */
function half(value) {
  const size = Math.abs(value);
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const steps = size / 2 ** (exponent - 10); // of a fraction's last bit
  const below = Math.floor(steps);
  const rest = steps - below;
  const rounded = below + (rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? 1 : 0);
  return (value < 0 ? 0x8000 : 0) + ((exponent + 14) << 10) + rounded;
}

function halved(tensor) {
  if (tensor.dtype !== 'F32' || tensor.shape.length !== 2) return tensor;
  const values = new Float32Array(tensor.bytes.slice().buffer);
  return { ...tensor, dtype: 'F16', bytes: new Uint8Array(Uint16Array.from(values, half).buffer) };
}

const { metadata, tensors } = readSafetensors(new Uint8Array(readFileSync(from)));
writeFileSync(to, writeSafetensors(metadata, Array.from(tensors.values(), halved)));
