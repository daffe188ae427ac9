// All installed libraries compute the same: `node --test bench/peers/agreement.test.js`. Each checks its first output
// against the reference, a prediction to 1e-4 of its largest entry and the first loss to 1e-4 of itself, as does our own
// program.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { peers } from './index.js';
import { writeMaterials } from './material.js';
import { materialUrl, networks, root } from './network.js';

for (const name of Object.keys(networks)) {
  test(`our own predictions, network ${name}`, () => {
    writeMaterials();
    const parameters = ['tools/verify/main.js', fileURLToPath(materialUrl(name))];
    const { status, stdout } = spawnSync(process.execPath, parameters, { cwd: root, encoding: 'utf8' });
    assert.equal(status, 0, stdout);
  });
}

/** Losses from the second step on only agree if gradients and Adam do. */
const steps = 3;
const losses = new Map();

for (const rival of peers()) {
  test(rival.name, { timeout: 600000 }, async () => {
    const { workloads } = await rival.start();
    for (const { name } of workloads) {
      await rival.setup(name);
      const { ok, checksum } = await rival.run(name, name.startsWith('train') ? steps : 1);
      assert.ok(ok, `${name}: ${checksum}`);
      if (name.startsWith('train')) losses.set(`${name} ${rival.name}`, checksum);
    }
    await rival.stop();
  });
}

for (const name of Object.keys(networks)) {
  test(`losses after ${steps} steps, network ${name}`, () => {
    const found = [...losses].filter(([key]) => key.startsWith(`train-step/${name} `));
    for (const [key, loss] of found) assert.ok(Math.abs(loss / found[0][1] - 1) < 5e-4, `${key}: ${loss}`);
  });
}
