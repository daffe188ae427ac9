// node halve.js MODEL HALVED: writes the model with its matrices as float16, which all readers of model files accept.
// Weights are of the order of 1, where float16 has 11 bits; statistics, biases and residuals are not changed.

import { readFileSync, writeFileSync } from 'node:fs';
import { Core } from '../../js/core.js';
import { readModelFile, writeModelFile } from '../../js/model/model-file.js';

const [from, to] = process.argv.slice(2);
const core = new Core(readFileSync(new URL('../../dist/lodestone.wasm', import.meta.url)));

function halved(tensor) {
  if (tensor.dtype !== 'F32' || tensor.shape.length !== 2) return tensor;
  const count = tensor.bytes.length / 4;
  const bytes = new Uint8Array(count * 2);
  core.lend([tensor.bytes, bytes], (values, halves) => {
    core.abi.lodestone_to_half(values, count, halves);
    bytes.set(new Uint8Array(core.abi.memory.buffer, halves >>> 0, bytes.length));
  });
  return { ...tensor, dtype: 'F16', bytes };
}

const file = readModelFile(readFileSync(from));
writeFileSync(to, writeModelFile(file, Array.from(file.tensors.values(), halved)));
