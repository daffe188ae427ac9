// The tarball itself, in Node and for TypeScript.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { project, run, tarball } from './workspace.js';

const size = (name) => tarball.files.find(({ path }) => path === name)?.size;

describe('the tarball', () => {
  let installed, description;
  const read = (name) => readFileSync(join(installed, name), 'utf8');

  before(async () => {
    const { path } = await project('contents');
    installed = join(path, 'node_modules/lodestone');
    description = JSON.parse(read('package.json'));
  });

  test('contains no tests, examples or C++ sources', () => {
    const others = tarball.files.filter(({ path }) => !/^(js|dist)\/|^[A-Z_]+(\.md)?$|^package\.json$/.test(path));
    assert.deepEqual(others, []);
  });

  test('runs nothing when it is installed', () => {
    const hooks = ['preinstall', 'install', 'postinstall', 'prepare'].filter((name) => description.scripts?.[name]);
    assert.deepEqual(hooks, []);
  });

  test('contains everything that its exports name, types first', () => {
    for (const [name, target] of Object.entries(description.exports)) {
      const targets = typeof target === 'string' ? [target] : Object.values(target);
      for (const path of targets) assert.ok(size(path.slice(2)) > 0, `${name}: ${path}`);
      if (typeof target === 'object') assert.equal(Object.keys(target)[0], 'types', name);
    }
  });

  test('has a script for other threads without imports, too large to become a data URL', () => {
    assert.doesNotMatch(read('dist/worklet.js'), /\bimport\b\s*["'{*(\w.]|\bexport\b|\bawait import\b/);
    assert.ok(size('dist/worklet.js') > 4096);
  });

  test('contains in dist/inline.js everything that is needed', () => {
    assert.doesNotMatch(read('dist/inline.js'), /\bimport\.meta\b|\bimport\s*\(|^import\b|[;}]import\b/m);
  });

  test('passes publint', async () => {
    assert.match(await run('.', 'publint', tarball.path, '--strict'), /All good!/);
  });

  test('passes attw', async () => {
    const wasm = Object.keys(description.exports).filter((name) => name.endsWith('.wasm')); // TypeScript resolves none
    await run('.', 'attw', tarball.path, '--profile', 'esm-only', '--exclude-entrypoints', ...wasm);
  });
});

test('Node imports it, learns, and plays', async () => {
  const { path } = await project('imported');
  const { outcome, loudest } = JSON.parse(await run(path, 'node', 'node.js'));
  assert.ok(loudest > 0.01, `${loudest}`);
  assert.match(outcome.refusal, /zip/);
});

test('its command line runs', async () => {
  const { path } = await project('command-line');
  const sound = fileURLToPath(new URL('../../examples/sounds/drums.wav', import.meta.url));
  await run(path, 'node_modules/.bin/lodestone', 'plot', sound, '-o', 'drums.png');
  assert.ok(statSync(join(path, 'drums.png')).size > 1000);
});

test('Node requires it', async () => {
  const { path } = await project('node');
  const code = readFileSync(join(path, 'manual.cjs'), 'utf8');
  writeFileSync(join(path, 'manual.cjs'), `${code}console.log(typeof Magnet.train, typeof wavBytes);\n`);
  assert.equal(await run(path, 'node', 'manual.cjs'), 'function function\n');
});

test('Node learns with lodestone/inline as with lodestone', async () => {
  const { path } = await project('inline-in-node');
  const script = readFileSync(join(path, 'node.js'), 'utf8');
  writeFileSync(join(path, 'inline.js'), script.replace("'lodestone'", "'lodestone/inline'"));
  assert.equal(await run(path, 'node', 'inline.js'), await run(path, 'node', 'node.js'));
});

for (const [module, moduleResolution] of [
  ['esnext', 'bundler'],
  ['node16', 'node16'],
]) {
  test(`TypeScript accepts its types in strict mode with ${moduleResolution}`, async () => {
    const { path } = await project(`typescript-${moduleResolution}`);
    cpSync(fileURLToPath(new URL('../node/types/consumer.ts', import.meta.url)), join(path, 'consumer.ts'));
    const settings = {
      target: 'es2022',
      lib: ['es2022', 'dom', 'dom.iterable'],
      types: [],
      strict: true,
      noEmit: true,
    };
    const compilerOptions = { ...settings, module, moduleResolution, exactOptionalPropertyTypes: true };
    writeFileSync(join(path, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
    assert.equal(await run(path, 'tsc', '-p', '.'), '');
  });
}
