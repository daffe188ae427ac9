// The three quick starts of the README learn the same sound with the same settings: shortened to two epochs, the
// command line, JavaScript and C++ produce models with the same metadata and, except for rounding, the same weights.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import { readTensors } from '../node/support.js';
import { blocks } from './blocks.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const work = join(root, 'build/quick-starts'); // within the repository, where Node resolves the package's own name
const epochs = 2;

const code = (wanted) => {
  const { code } = blocks.find(({ file, runner }) => file === 'README.md' && runner === wanted);
  return code.replace(/(epochs(?::| =)? )\d+/g, `$1${epochs}`).replace(/(seconds:? )\d+/, '$11');
};
// As many lanes as WebAssembly has, so that sums are in the same order.
const env = { ...process.env, LODESTONE_LANES: '4' };
const run = (command, ...args) => execFileSync(command, args, { cwd: work, env, stdio: 'pipe', encoding: 'utf8' });
const program = join(root, 'build/native/lodestone');

/** A model's file and the tensors of its folded form. */
function model(name) {
  run(program, 'convert', name, '-o', 'folded.safetensors', '--folded');
  return { file: readFileSync(join(work, name)), ...readTensors(readFileSync(join(work, 'folded.safetensors'))) };
}

function commandLine() {
  const train = code('shell').match(/^\$ lodestone (train .*)$/m)[1];
  run(program, ...train.split(' '));
  return model('piano.safetensors');
}

function javascript() {
  writeFileSync(join(work, 'quick-start.mjs'), code('node'));
  run(process.execPath, 'quick-start.mjs');
  return model('piano.safetensors');
}

function cpp() {
  const keep = `
  const lodestone::Bytes learned = lodestone::write_model(run.model().value()).value();
  std::ofstream("cpp.safetensors", std::ios::binary).write(reinterpret_cast<const char*>(learned.data()), learned.size());
}
`;
  writeFileSync(join(work, 'quick-start.cpp'), code('consumer').replace(/}\s*$/, keep));
  const library = join(root, 'build/native/liblodestone.a');
  run('c++', '-std=c++20', `-I${root}include`, 'quick-start.cpp', library, '-o', 'quick-start');
  run('./quick-start');
  return model('cpp.safetensors');
}

const norm = (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

test('the quick starts of the README give the same model', () => {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  symlinkSync(join(root, 'examples'), join(work, 'examples'));
  const reference = cpp();
  const settings = ({ metadata }) => {
    const { losses, ...rest } = JSON.parse(metadata.lodestone);
    assert.equal(losses.length, epochs);
    return rest;
  };
  assert.deepEqual(commandLine().file, reference.file);

  // WebAssembly has its own elementary functions, which differ from the C library's in the last bit; so do windows and
  // scaled magnitudes. Components of similar deviation and steps of Adam amplify that, and float16 rounds by up to 5e-4.
  const other = javascript();
  assert.deepEqual(settings(other), settings(reference));
  assert.deepEqual(Object.keys(other.tensors).sort(), Object.keys(reference.tensors).sort());
  for (const [name, { shape, data }] of Object.entries(reference.tensors)) {
    assert.deepEqual(other.tensors[name].shape, shape);
    const error = norm(data.map((value, i) => value - other.tensors[name].data[i]));
    assert.ok(error <= 1e-3 * norm(data), `${name}: ${error} of ${norm(data)}`); // measured: 3.9e-4 at most
  }
});
