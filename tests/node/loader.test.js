import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import test from 'node:test';
import { Core, CoreAnalyser, CoreStft, CoreTrainer } from '../../js/core.js';
import { compile, instantiate } from '../../js/wasm/loader.js';
import { module, newCore, read, root, wasm } from './support.js';

const modules = ['player', 'lodestone', 'analysis', 'mapping'].map((name) => {
  const bytes = read(`dist/${name}.wasm`);
  const names = WebAssembly.Module.exports(new WebAssembly.Module(bytes))
    .map((one) => one.name)
    .filter((one) => one.startsWith('lodestone_'));
  return { bytes, names };
});

/** What `Handle` destroys. */
const handles = readdirSync(new URL('js/wasm', root)).flatMap((name) =>
  [
    ...read(`js/wasm/${name}`)
      .toString()
      .matchAll(/(?:super|new Handle)\(\s*core,\s*'(\w+)'/g),
  ].map(([, kind]) => kind),
);

test('accepts a module, bytes, a response or a URL', async () => {
  const response = new Response(wasm, { headers: { 'content-type': 'application/wasm' } });
  const address = new URL('dist/lodestone.wasm', root);
  for (const source of [module, wasm, response, address, address.href, address.pathname]) {
    const core = new Core(await compile(source));
    assert.ok(core.abi.lodestone_abi_version() > 0);
  }
  assert.ok(new Core(wasm).abi.lodestone_abi_version() > 0);
});

test("fetches over HTTP and reports the server's answer", async (t) => {
  const server = createServer((request, answer) => {
    if (request.url !== '/lodestone.wasm') answer.statusCode = 404;
    answer.end(wasm);
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  assert.ok((await compile(`${origin}/lodestone.wasm`)) instanceof WebAssembly.Module);
  await assert.rejects(compile(`${origin}/gone.wasm`), { code: 'invalid-data', message: /gone\.wasm.*404/ });
  await assert.rejects(compile('/no/such/file.wasm'), { code: 'invalid-data', message: /cannot be read/ });
});

test('refuses another ABI version, naming both', () => {
  // (module (func (export "lodestone_abi_version") (result i32) i32.const 99))
  const name = [...'lodestone_abi_version'].map((letter) => letter.charCodeAt(0));
  const other = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 7, 25, 1, 21, ...name, 0, 0];
  const code = [10, 7, 1, 5, 0, 65, 227, 0, 11];
  assert.throws(() => instantiate(new Uint8Array([...other, ...code])), {
    name: 'LodestoneError',
    code: 'abi-mismatch',
    message: /version 99; this JavaScript needs \d+:/,
  });
  const empty = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
  assert.throws(() => instantiate(empty), { code: 'abi-mismatch', message: /undefined/ });
});

test('refuses what is not a module', async () => {
  await assert.rejects(compile(read('README.md')), { code: 'invalid-data' });
  assert.throws(() => instantiate(wasm.subarray(0, 1000)), { code: 'invalid-data' });
  await assert.rejects(compile(42), { code: 'invalid-argument' });
});

test('names the browsers that are needed if WebAssembly has no SIMD', async (t) => {
  t.mock.method(WebAssembly, 'validate', () => false);
  await assert.rejects(compile(module), {
    code: 'unsupported',
    message: /Chrome or Edge 91, Firefox 89, Safari 16\.4/,
  });
  assert.throws(() => instantiate(module), { code: 'unsupported' });
});

test('says what a Content-Security-Policy must allow if WebAssembly is refused', async (t) => {
  t.mock.method(WebAssembly, 'compile', () => Promise.reject(new WebAssembly.CompileError('blocked')));
  await assert.rejects(compile(wasm), {
    code: 'unsupported',
    message: /\(blocked\).*'wasm-unsafe-eval' in script-src/,
  });
  await assert.rejects(compile(wasm.subarray(0, 1000)), { code: 'invalid-data' });
});

test('distinguishes lack of memory from a bad module', (t) => {
  t.mock.method(WebAssembly, 'Instance', function () {
    throw new RangeError('Cannot allocate');
  });
  assert.throws(() => instantiate(module), { code: 'out-of-memory', message: /Cannot allocate/ });
});

test('the modules import almost nothing', () => {
  const list = (bytes) =>
    WebAssembly.Module.imports(new WebAssembly.Module(bytes))
      .map(({ module: space, name }) => `${space}.${name}`)
      .sort();
  const fromC = ['env.emscripten_notify_memory_growth', 'wasi_snapshot_preview1.proc_exit'];
  for (const { bytes } of modules) {
    const beyond = list(bytes).filter((name) => !fromC.includes(name));
    assert.deepEqual(beyond, []);
  }
  const forProgram = list(read('dist/lodestone-cli.wasm')).filter((name) => !/^host\./.test(name));
  assert.deepEqual(
    forProgram.filter((name) => !fromC.includes(name)),
    [],
  );
});

test('the modules export exactly the functions of the C ABI that JavaScript calls', () => {
  const called = readdirSync(new URL('js/wasm', root))
    .flatMap(
      (name) =>
        read(`js/wasm/${name}`)
          .toString()
          .match(/\blodestone_\w+/g) ?? [],
    )
    .concat(
      handles.map((kind) => `lodestone_${kind}_destroy`),
      'lodestone_allocations',
      'lodestone_simd_size',
    );
  const there = modules.flatMap(({ names }) => names);
  assert.deepEqual([...new Set(there)].sort(), [...new Set(called)].sort());
});

test('lodestone.wasm plays the same as player.wasm', () => {
  const [player, lodestone] = modules;
  assert.deepEqual(
    player.names.filter((name) => !lodestone.names.includes(name)),
    [],
  );
});

test('a module that lacks a function says which module has it', () => {
  const player = new Core(read('dist/player.wasm'));
  const error = { name: 'LodestoneError', code: 'unsupported', message: /lodestone_\w+.*lodestone\.wasm.*learns/ };
  assert.throws(() => new CoreTrainer(player, new Float32Array(1000)), error);
  assert.throws(() => new CoreStft(player), error);
  assert.throws(() => new CoreAnalyser(newCore()), error);
});

test('the fast FFT was compiled with SIMD', () => {
  assert.equal(newCore().abi.lodestone_simd_size(), 4);
});

test('each instance has its own memory', () => {
  const [a, b] = [newCore(), newCore()];
  const before = b.memoryBytes;
  a.abi.lodestone_free(a.abi.lodestone_alloc(50e6));
  assert.ok(a.memoryBytes > 50e6);
  assert.equal(b.memoryBytes, before);
});
