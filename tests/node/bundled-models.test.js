// The trained models of examples/models.

import assert from 'node:assert/strict';
import test from 'node:test';
import { Magnet } from '../../js/index.js';
import { readModelFile } from './model-files.js';
import { largest, read } from './support.js';

for (const [name, size, hop] of [
  ['quality', 2048, 512],
  ['responsive', 512, 128],
]) {
  test(`${name} plays`, async () => {
    const bytes = read(`examples/models/${name}.safetensors`);
    assert.deepEqual(readModelFile(bytes).tensors.get('residuals').shape, [size / 2 + 1]);
    const model = await Magnet.load(bytes);
    assert.deepEqual([model.config.size, model.config.hop, model.config.sampleRate], [size, hop, 44100]);
    assert.ok(model.config.impulses > 0);
    const { samples } = await model.generate({ seconds: 1, phase: 'fast' });
    const peak = largest(samples);
    assert.ok(peak > 0.01 && peak < 2, `${peak}`);
  });
}
