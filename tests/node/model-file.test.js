// Model files in the core behind JavaScript: what it writes, what it reads and what it refuses.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { CoreModel, CoreTrainer } from '../../js/core.js';
import { LodestoneError } from '../../js/index.js';
import { readModelFile, writeModelFile } from './model-files.js';
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

test('the command line reads a file and writes the same', () => {
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

test('a file from an earlier version has no residuals and gets none', () => {
  const file = readModelFile(learn({ validation: 0.2 }).toBytes());
  const residuals = file.tensors.get('residuals');
  assert.deepEqual([residuals.dtype, residuals.shape], ['F32', [tiny.size / 2 + 1]]);
  const sigma = new Float32Array(residuals.bytes.slice().buffer);
  assert.ok(sigma.every((value) => value >= 0 && value <= 1) && sigma.some((value) => value > 0));

  const tensors = [...file.tensors.values()].filter(({ name }) => name !== 'residuals');
  const again = readModelFile(new CoreModel(core, writeModelFile(file, tensors)).toBytes());
  assert.deepEqual([...again.tensors.values()], tensors);
});

test('inconsistent files are refused, with what was expected and what was found', () => {
  const file = readModelFile(learn({}).toBytes());
  const tensors = [...file.tensors.values()];
  const refuse = (message, description, list) =>
    assert.throws(
      () => new CoreModel(core, writeModelFile({ ...file, ...description }, list ?? tensors)),
      (error) => error instanceof LodestoneError && message.test(error.message),
      `${message}`,
    );
  const stft = (change) => ({ stft: { ...file.stft, ...change } });
  const network = (change) => ({ network: { ...file.network, ...change } });
  const changed = (name, change) => tensors.map((t) => (t.name === name ? { ...t, ...change(t) } : t));

  refuse(
    /expected fc\.bias \[\d+\], found no tensor/,
    {},
    tensors.filter((t) => t.name !== 'fc.bias'),
  );
  refuse(/expected lstm\.weight_ih_l0 \[40, \d+\], found \[\d+, \d+\]/, network({ layers: [10] }));
  refuse(/found "extra" \[1\]/, {}, [
    ...tensors,
    { name: 'extra', dtype: 'F32', shape: [1], bytes: new Uint8Array(4) },
  ]);
  refuse(
    /expected residuals \[\d+\], found \[3\]/,
    {},
    changed('residuals', () => ({ shape: [3], bytes: new Uint8Array(12) })),
  );
  refuse(/layers/, network({ layers: [] }));
  refuse(/layers/, network({ layers: [1e9] }));
  refuse(/layers is 0; allowed: 1 to 4096 units per layer/, network({ layers: [0] }));
  refuse(/network\.layers is "8"; allowed: a list/, network({ layers: '8' }));
  for (const hop of [0.5, 2 ** 32 + 64, '64', null]) {
    refuse(/stft\.hop is .*[^\]]; allowed: a 32-bit integer/, stft({ hop }));
  }
  refuse(/network\.sequence is 4294967301; allowed: a 32-bit integer/, network({ sequence: 2 ** 32 + 5 }));
  refuse(/format_version is 3; this version of Lodestone reads 1 to 2$/, { format_version: 3 });
  refuse(/kind "model", found kind "spectrum"/, { kind: 'spectrum' });
  refuse(/found "x{80}…" \[1\]/, {}, [
    ...tensors,
    { name: 'x'.repeat(5000), dtype: 'F32', shape: [1], bytes: new Uint8Array(4) },
  ]);
  refuse(/hop is 0; allowed/, stft({ hop: 0 }));
  refuse(/stft\.window is "triangle"; allowed: hann, .*, rectangular$/, stft({ window: 'triangle' }));
  refuse(/stft\.framing is 0; allowed: centered, none, lws$/, stft({ framing: 0 }));
  refuse(/network\.scale is "cubic"; allowed: linear, log1p, log1p4$/, network({ scale: 'cubic' }));
  refuse(/stft\.sample_rate is null; allowed: a number/, stft({ sample_rate: null }));
  refuse(/sequence is 0; allowed: 1 to 4096/, network({ sequence: 0 }));
  refuse(/metadata: losses is a list; allowed: a list of numbers or null/, { losses: ['much'] });
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
    /takes \d+ bytes, but its data_offsets are/,
    {},
    changed('fc.bias', ({ bytes }) => ({ bytes: bytes.subarray(4) })),
  );
  const nan = (tensor) => ({ bytes: new Uint8Array(new Float32Array(tensor.bytes.length / 4).fill(NaN).buffer) });
  refuse(/fc\.bias\[0\] is nan; allowed: finite values/, {}, changed('fc.bias', nan));
  const negative = (tensor) => ({ bytes: new Uint8Array(new Float32Array(tensor.bytes.length / 4).fill(-1).buffer) });
  refuse(/residuals\[0\] is -1; allowed: finite values from 0/, {}, changed('residuals', negative));
  refuse(/running_var\[0\] is -1; allowed: finite values from 0/, {}, changed('batch_norm.running_var', negative));
});

test('losses may be null, and what inference does not need is left out', () => {
  const file = readModelFile(learn({}).toBytes());
  const counter = { name: 'batch_norm.num_batches_tracked', dtype: 'I64', shape: [], bytes: new Uint8Array(8) };
  const changed = { ...file, losses: [0.5, null] };
  const again = new CoreModel(core, writeModelFile(changed, [...file.tensors.values(), counter])).toBytes();
  assert.deepEqual(readModelFile(again).losses, [0.5, null]);
  assert.ok(!readModelFile(again).tensors.has(counter.name));
});

test('weights may be float16 and float64', () => {
  const file = readModelFile(learn({}).toBytes());
  const change = (dtype, array) =>
    Array.from(file.tensors.values(), (tensor) =>
      tensor.name === 'fc.bias' ? { ...tensor, dtype, bytes: new Uint8Array(array.buffer) } : tensor,
    );
  const { bytes, shape } = file.tensors.get('fc.bias');
  const wide = change('F64', Float64Array.from(new Float32Array(bytes.slice().buffer)));
  assert.deepEqual(
    new CoreModel(core, writeModelFile(file, wide)).toBytes(),
    new CoreModel(core, writeModelFile(file, [...file.tensors.values()])).toBytes(),
  );
  const ones = change('F16', new Uint16Array(shape[0]).fill(0x3c00));
  const read = readModelFile(new CoreModel(core, writeModelFile(file, ones)).toBytes()).tensors.get('fc.bias');
  assert.deepEqual(new Float32Array(read.bytes.slice().buffer), new Float32Array(shape[0]).fill(1));
});

test('a file that is read and written again is the same to the byte', () => {
  for (const name of ['quality', 'responsive']) {
    const bytes = new Uint8Array(readFileSync(new URL(`../../examples/models/${name}.safetensors`, import.meta.url)));
    const once = new CoreModel(core, bytes).toBytes();
    assert.deepEqual(new CoreModel(core, once).toBytes(), once);
  }
});

test('models may be above 2 GiB', () => {
  const bytes = learn({}).toBytes();
  const high = newCore();
  assert.ok(high.abi.lodestone_alloc(2.2e9) !== 0);
  const model = new CoreModel(high, bytes);
  assert.ok(model.pointer >>> 0 > 2 ** 31);
  assert.deepEqual(model.toBytes(), bytes);
});

test('any byte of the header may be damaged', () => {
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
