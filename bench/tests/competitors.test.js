// The competitors that do not need a browser.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { answer } from '../answer.js';
import { nodeCompetitor } from '../competitors/node.js';
import { processCompetitor } from '../competitors/process.js';
import { root } from '../../tests/node/support.js';

test('the benchmark module imports only what is needed to print a failure', async () => {
  const module = await WebAssembly.compile(await readFile(new URL('build/wasm/lodestone-bench.wasm', root)));
  const imports = WebAssembly.Module.imports(module).map(({ name }) => name);
  assert.deepEqual(imports.sort(), ['emscripten_notify_memory_growth', 'fd_close', 'fd_seek', 'fd_write', 'proc_exit']);
});

describe('the module in a Node process', () => {
  const node = nodeCompetitor('node', new URL('bench/module.js', root));
  let description;
  before(async () => (description = await node.start()));
  after(() => node.stop());

  test('reports its version and its workloads', () => {
    assert.match(description.version, /^Node v\d+/);
    assert.ok(description.workloads.length > 80);
    for (const { name, unit } of description.workloads) assert.ok(/^[\w./-]+$/.test(name) && unit, name);
  });

  test('runs several workloads in turn, with correct results', async () => {
    for (const name of ['fft/256', 'gates-forward/64x128', 'generate-window/A']) await node.setup(name);
    for (const name of ['fft/256', 'generate-window/A', 'gates-forward/64x128', 'fft/256']) {
      const { milliseconds, ok } = await node.run(name, 2);
      assert.ok(ok && milliseconds > 0, name);
    }
    await node.release('fft/256');
  });

  test('counts the units of a run', async () =>
    assert.deepEqual(await node.setup('stft-stream/512-128'), { unitsPerRun: 64 }));

  test('refuses an unknown workload', () =>
    assert.rejects(node.setup('fft/3'), { message: 'node: there is no workload fft/3' }));
});

test('a missing program causes an error that names it', () =>
  assert.rejects(processCompetitor('ghost', '/no/such/program', []).start(), /\/no\/such\/program cannot be started/));

test('a program that exits causes an error with its last output', () =>
  assert.rejects(
    processCompetitor('short', process.execPath, ['-e', 'console.error("no luck"); process.exit(3)']).start(),
    /ended with 3: no luck/,
  ));

test('an error that a bench module throws becomes its answer', async () => {
  const module = { list: () => ({}), setup: () => assert.fail('no such thing'), run: () => ({}) };
  assert.deepEqual(await answer(module, { do: 'setup', workload: 'x' }), { error: 'no such thing' });
  assert.match((await answer(module, { do: 'dance' })).error, /do is dance; allowed: list, setup, run, release/);
  assert.deepEqual(await answer(module, { do: 'release', workload: 'x' }), {});
});
