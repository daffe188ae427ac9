// What a stranger's build sees of the package: no globals touched, its size, its types.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import vm from 'node:vm';
import { build } from 'esbuild';
import { root } from './support.js';

const path = (name) => fileURLToPath(new URL(name, root));
const bundle = async (options) =>
  (await build({ bundle: true, write: false, logLevel: 'silent', ...options })).outputFiles;

test('importing touches no global', async () => {
  const define = { 'import.meta.url': '"https://example.org/js/index.js"' };
  for (const entry of ['js/index.js', 'js/core.js', 'dist/inline.js']) {
    const [{ text }] = await bundle({ entryPoints: [path(entry)], format: 'iife', globalName: 'library', define });
    const touched = [];
    const hosts =
      'self window document navigator location fetch URL Worker process performance crypto TextDecoder ' +
      'TextEncoder AudioContext MessageChannel AbortSignal setTimeout console WebAssembly SharedArrayBuffer';
    const context = vm.createContext({});
    for (const name of hosts.split(' ')) {
      const get = () => touched.push(name) && undefined;
      vm.runInContext('(name, get) => Object.defineProperty(globalThis, name, { get })', context)(name, get);
    }
    vm.runInContext(text, context);
    assert.deepEqual(touched, []);
    assert.equal(vm.runInContext('typeof library', context), 'object');
    vm.runInContext('self', context);
    assert.deepEqual(touched, ['self']); // the trap works
  }
});

test('a bundle for the web asks for no module of Node', async () => {
  const [{ text }] = await bundle({ entryPoints: [path('js/index.js')], format: 'esm', platform: 'browser' });
  assert.doesNotMatch(text, /(from|import|require)\s*\(?\s*["'](node:|fs|path|worker_threads)/);
});

test('what a page loads to learn, generate and play', async (t) => {
  const size = (input) => execFileSync('gzip', ['-9'], { input }).length;
  const contents = "export { Magnet } from './js/index.js'";
  const stdin = { contents, resolveDir: path('.') };
  const { outputFiles: scripts, metafile } = await build({
    ...{
      stdin,
      format: 'esm',
      bundle: true,
      minify: true,
      splitting: true,
      metafile: true,
      write: false,
      outdir: 'out',
    },
  });
  const [entry, { imports }] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint === '<stdin>');
  const atOnce = [entry, ...imports.filter(({ kind }) => kind === 'import-statement').map((chunk) => chunk.path)];
  const parts = {
    module: size(await readFile(path('dist/page.wasm'))),
    scripts: scripts
      .filter((script) => atOnce.some((name) => script.path.endsWith(name)))
      .reduce((sum, { contents }) => sum + size(contents), 0),
    worklet: size(await readFile(path('dist/worklet.js'))),
  };
  const total = parts.module + parts.scripts + parts.worklet;
  t.diagnostic(`gzip -9: ${JSON.stringify(parts)} = ${total} bytes`);
  assert.ok(total <= 92 * 1024, `${total} bytes; allowed: ${92 * 1024}`);
});

test('the types serve a strict TypeScript program', () => {
  execFileSync(path('node_modules/.bin/tsc'), ['-p', path('tsconfig.json')], { stdio: 'pipe' });
  execFileSync(path('node_modules/.bin/tsc'), ['-p', path('tests/node/types')], { stdio: 'pipe' });
});
