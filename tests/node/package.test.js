// The package as other projects see it: it touches no globals; its size; its types.

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

test('a bundle for the web imports no Node modules', async () => {
  const [{ text }] = await bundle({ entryPoints: [path('js/index.js')], format: 'esm', platform: 'browser' });
  assert.doesNotMatch(text, /(from|import|require)\s*\(?\s*["'](node:|fs|path|worker_threads)/);
});

const gzipped = (input) => execFileSync('gzip', ['-9'], { input }).length;
const ofFile = async (name) => gzipped(await readFile(path(`dist/${name}`)));

/** The compressed chunks of a page's script: those loaded immediately, and those loaded when Magnet first learns. */
async function pageScript() {
  const stdin = { contents: "export { Magnet } from './js/index.js'", resolveDir: path('.') };
  const { outputFiles, metafile } = await build({
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
  const sizes = new Map(outputFiles.map((file) => [file.path.split('/').at(-1), gzipped(file.contents)]));
  const outputs = Object.entries(metafile.outputs);
  const nameOf = (output) => output.split('/').at(-1);
  /** The chunk that contains a source, and everything that it imports statically. */
  const chunks = (isWanted, found = new Set()) => {
    const add = (output) => {
      if (found.has(nameOf(output))) return;
      found.add(nameOf(output));
      const { imports } = metafile.outputs[output];
      for (const { kind, path: imported } of imports) if (kind === 'import-statement') add(imported);
    };
    for (const [output, { entryPoint }] of outputs) if (isWanted(entryPoint)) add(output);
    return found;
  };
  const sum = (names) => [...names].reduce((total, name) => total + sizes.get(name), 0);
  const atOnce = chunks((entry) => entry === '<stdin>');
  const learning = chunks((entry) => /<stdin>|training\/requests\.js|threads\/work\.js/.test(entry ?? ''));
  const playing = chunks((entry) => /<stdin>|model\/load\.js/.test(entry ?? ''));
  return { atOnce: sum(atOnce), playing: sum(playing), learning: sum(learning) };
}

/** Compressed size of what a page's script has beyond `Magnet` when it makes mappings, too. */
async function mappingScript() {
  const size = async (contents) => {
    const stdin = { contents, resolveDir: path('.') };
    const [file] = await bundle({ stdin, format: 'esm', minify: true });
    return gzipped(file.contents);
  };
  const playing = "export { Magnet } from './js/index.js';";
  const mapping = "export { createMapping, pointer } from './js/mapping/index.js';";
  return (await size(playing + mapping)) - (await size(playing));
}

function check(t, parts, bound) {
  const total = Object.values(parts).reduce((sum, size) => sum + size, 0);
  t.diagnostic(`gzip -9: ${JSON.stringify(parts)} = ${total} bytes`);
  assert.ok(total <= bound, `${total} bytes; allowed: ${bound}`);
}

test('what a page that only plays loads', async (t) => {
  const script = (await pageScript()).playing;
  check(t, { script, worklet: await ofFile('worklet.js'), module: await ofFile('player.wasm') }, 67_500);
});

test('what a page loads to learn, generate and play', async (t) => {
  const script = (await pageScript()).learning;
  const [worklet, worker] = [await ofFile('worklet.js'), await ofFile('worker.js')];
  check(t, { script, worklet, worker, module: await ofFile('lodestone.wasm') }, 125_000);
});

test('what a page that plays loads for a mapping', async (t) => {
  const [script, worklet] = [await mappingScript(), await ofFile('mapping-worklet.js')];
  check(t, { script, worklet, module: await ofFile('mapping.wasm') }, 67_100);
});

test('the types serve a strict TypeScript program', () => {
  execFileSync(path('node_modules/.bin/tsc'), ['-p', path('tsconfig.json')], { stdio: 'pipe' });
  execFileSync(path('node_modules/.bin/tsc'), ['-p', path('tests/node/types')], { stdio: 'pipe' });
});
