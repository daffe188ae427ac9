// The model file as JavaScript reads and writes it, against the C++ reader and writer behind the command line.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { CoreModel, CoreTrainer } from '../../js/core.js';
import { LodestoneError } from '../../js/index.js';
import { readModelFile, writeModelFile } from '../../js/model/model-file.js';
import { chord, newCore, tiny } from './support.js';

const core = newCore();

function learn(options) {
  const trainer = new CoreTrainer(core, chord(1), { ...tiny, ...options });
  while (trainer.status().epoch < 2) trainer.step();
  return trainer.model();
}

function command(...words) {
  const program = new URL('../../js/cli/main.js', import.meta.url).pathname;
  return spawnSync(process.execPath, [program, ...words], { encoding: 'utf8' });
}

test('a file of JavaScript is a file of C++ and comes back the same', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lodestone-'));
  try {
    for (const options of [{}, { impulses: false }, { layers: [5, 7, 3], scale: 'log1p', validation: 0.2 }]) {
      const bytes = learn(options).toBytes();
      const path = join(folder, 'model.safetensors');
      writeFileSync(path, bytes);
      const info = command('info', path, '--json');
      assert.equal(info.status, 0, info.stderr);
      const { config } = new CoreModel(core, bytes);
      assert.match(info.stdout, new RegExp(`"layers": ?\\[${config.layers.join(', ?')}\\]`));
      assert.deepEqual(new CoreModel(core, readFileSync(path)).toBytes(), bytes);
      assert.equal(readModelFile(bytes).tensors.has('impulses'), options.impulses !== false);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('impulses are float16 unless one is too large for that', () => {
  const model = learn({});
  const file = readModelFile(model.toBytes());
  const impulses = file.tensors.get('impulses');
  assert.equal(impulses.dtype, 'F16');

  const large = new Float32Array(impulses.shape[0] * impulses.shape[1]).fill(6.5e4);
  const tensors = [...file.tensors.values()].filter(({ name }) => name !== 'impulses');
  const wide = { ...impulses, dtype: 'F32', bytes: new Uint8Array(large.buffer) };
  const again = readModelFile(new CoreModel(core, writeModelFile(file, [...tensors, wide])).toBytes());
  assert.equal(again.tensors.get('impulses').dtype, 'F32');
  assert.deepEqual(again.tensors.get('impulses').bytes, wide.bytes);
});

test('a file of before has no residuals and gets none', () => {
  const file = readModelFile(learn({ validation: 0.2 }).toBytes());
  const residuals = file.tensors.get('residuals');
  assert.deepEqual([residuals.dtype, residuals.shape], ['F32', [tiny.size / 2 + 1]]);
  const sigma = new Float32Array(residuals.bytes.slice().buffer);
  assert.ok(sigma.every((value) => value >= 0 && value <= 1) && sigma.some((value) => value > 0));

  const tensors = [...file.tensors.values()].filter(({ name }) => name !== 'residuals');
  const before = writeModelFile(file, tensors);
  assert.deepEqual(new CoreModel(core, before).toBytes(), before);
});

test('what does not fit is refused with what was expected and what was found', () => {
  const file = readModelFile(learn({}).toBytes());
  const tensors = [...file.tensors.values()];
  const refuse = (message, description, list) =>
    assert.throws(
      () => new CoreModel(core, writeModelFile({ ...file, ...description }, list ?? tensors)),
      (error) => error instanceof LodestoneError && message.test(error.message),
      `${message}`,
    );
  const config = (change) => ({ config: { ...file.config, ...change } });
  const changed = (name, change) => tensors.map((t) => (t.name === name ? { ...t, ...change(t) } : t));

  refuse(
    /expected fc\.bias \[\d+\], found no tensor/,
    {},
    tensors.filter((t) => t.name !== 'fc.bias'),
  );
  refuse(/expected lstm\.weight_ih_l0 \[40,\d+\], found \[\d+,\d+\]/, config({ layers: [10] }));
  refuse(/found "extra" \[1\]/, {}, [
    ...tensors,
    { name: 'extra', dtype: 'F32', shape: [1], bytes: new Uint8Array(4) },
  ]);
  refuse(
    /expected residuals \[\d+\], found \[3\]/,
    {},
    changed('residuals', () => ({ shape: [3], bytes: new Uint8Array(12) })),
  );
  refuse(/layers/, config({ layers: [] }));
  refuse(/layers/, config({ layers: [1e9] }));
  refuse(/layers is \[0\]; allowed: a list of integers from 1 to 4096/, config({ layers: [0] }));
  refuse(/layers is "8"; allowed: a list/, config({ layers: '8' }));
  for (const hop of [0.5, 2 ** 32 + 64, '64', null]) {
    refuse(/stft\.hop is .*[^\]]; allowed: a 32-bit integer/, config({ hop }));
  }
  refuse(/network\.sequence is 4294967301; allowed: a 32-bit integer/, config({ sequence: 2 ** 32 + 5 }));
  refuse(/hop is 0; allowed/, config({ hop: 0 }));
  refuse(/stft\.window is "triangle"; allowed: hann, .*, rectangular$/, config({ window: 'triangle' }));
  refuse(/stft\.framing is 0; allowed: centered, none, lws$/, config({ framing: 0 }));
  refuse(/network\.scale is "cubic"; allowed: linear, log1p$/, config({ scale: 'cubic' }));
  refuse(/stft\.sample_rate is null; allowed: a finite number/, config({ sampleRate: null }));
  refuse(/sequence is 0; allowed: 1 to 4096/, config({ sequence: 0 }));
  refuse(/metadata: losses is \["much"\]; allowed: a list of numbers/, { losses: ['much'] });
  refuse(
    /dtype/,
    {},
    changed('fc.bias', ({ shape }) => ({ dtype: 'BF16', bytes: new Uint8Array(2 * shape[0]) })),
  );
  refuse(
    /fc\.bias has the dtype I32/,
    {},
    changed('fc.bias', () => ({ dtype: 'I32' })),
  );
  refuse(
    /needs \d+ bytes, found/,
    {},
    changed('fc.bias', ({ bytes }) => ({ bytes: bytes.subarray(4) })),
  );
  const nan = (tensor) => ({ bytes: new Uint8Array(new Float32Array(tensor.bytes.length / 4).fill(NaN).buffer) });
  refuse(/fc\.bias is NaN at value 0/, {}, changed('fc.bias', nan));
  const negative = (tensor) => ({ bytes: new Uint8Array(new Float32Array(tensor.bytes.length / 4).fill(-1).buffer) });
  refuse(/residuals is -1 at value 0; allowed: finite numbers from 0/, {}, changed('residuals', negative));
  refuse(
    /running_var is -1 at value 0; allowed: finite numbers from 0/,
    {},
    changed('batch_norm.running_var', negative),
  );
});

test('models lie above 2 GiB as well', () => {
  const bytes = learn({}).toBytes();
  const high = newCore();
  assert.ok(high.abi.lodestone_alloc(2.2e9) !== 0);
  const model = new CoreModel(high, bytes);
  assert.ok(model.pointer >>> 0 > 2 ** 31);
  assert.deepEqual(model.toBytes(), bytes);
});

test('any byte of the header may be wrong', () => {
  const bytes = learn({ impulses: false }).toBytes();
  let refused = 0;
  for (let at = 0; at < 1500; ++at) {
    const broken = bytes.slice();
    broken[at] ^= 1 << (at % 7);
    try {
      new CoreModel(core, broken).dispose();
    } catch (error) {
      assert.ok(error instanceof LodestoneError, `byte ${at}: ${error}`);
      refused += 1;
    }
  }
  assert.ok(refused > 700, `${refused} of 1500`);
});
