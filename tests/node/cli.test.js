// The command line in WebAssembly, end to end, as `npx lodestone` runs it.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PNG } from 'pngjs';
import { Magnet, readWav } from '../../js/index.js';
import { largest, root } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'lodestone-'));
after(() => rmSync(folder, { recursive: true }));
const inFolder = (name) => join(folder, name);
const inRepository = (name) => fileURLToPath(new URL(name, root));
const piano = inRepository('examples/sounds/piano.wav');
const small = ['--fft', '512', '--window-size', '512', '--hop', '256', '--layers', '8', '--sequence', '5'];

/** Runs the program; `whenSays` may act on what stderr says. */
function lodestone(args, whenSays = () => {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [inRepository('js/cli/main.js'), ...args], { cwd: folder });
    const said = { out: '', err: '' };
    child.stdout.on('data', (data) => (said.out += data));
    child.stderr.on('data', (data) => whenSays((said.err += data), child));
    child.on('close', (code) => resolve({ code, ...said }));
  });
}

test('analyze, train, generate and plot', async () => {
  const run = async (...args) => {
    const { code, err } = await lodestone(args);
    assert.equal(code, 0, err);
  };
  await run('analyze', piano, '-o', 'spectrum.safetensors');
  assert.ok(existsSync(inFolder('spectrum.safetensors')));
  await run('train', piano, '-o', 'model.safetensors', '--epochs', '2', ...small);
  const model = await Magnet.load(inFolder('model.safetensors'));
  assert.equal(model.losses.length, 2);
  await run('generate', 'model.safetensors', '-o', 'dream.wav', '--seconds', '0.5', '--phase', 'fast');
  const { samples, sampleRate } = await readWav(inFolder('dream.wav'));
  assert.equal(samples.length, sampleRate / 2);
  assert.ok(largest(samples) > 1e-3);
  await run('plot', 'model.safetensors', '-o', 'loss.png');
  await run('plot', piano, '-o', 'piano.png');
  const { width, height, data } = PNG.sync.read(readFileSync(inFolder('piano.png')));
  assert.ok(width > 100 && height > 100);
  assert.ok(new Set(new Uint32Array(data.buffer, data.byteOffset, width * height)).size > 100); // colours
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith('.tmp')),
    [],
  );
});

test('--json prints nothing else on stdout', async () => {
  const { code, out } = await lodestone(['info', piano, '--json']);
  assert.equal(code, 0);
  assert.doesNotThrow(() => JSON.parse(out));
});

test('what is impossible ends with code 2 and a reason', async () => {
  writeFileSync(inFolder('noise.wav'), 'no sound');
  mkdirSync(inFolder('a folder'));
  symlinkSync('circle.npy', inFolder('circle.npy'));
  for (const [args, message] of [
    [['frobnicate'], /frobnicate/],
    [['analyze', 'gone.wav', '-o', 'x.npy'], /gone\.wav/],
    [['analyze', 'noise.wav', '-o', 'x.npy'], /noise\.wav/],
    [['analyze', 'a folder', '-o', 'x.npy'], /it is a folder/],
    [['analyze', piano, '-o', 'no/such/x.npy'], /there is no folder/],
    [['analyze', piano, '-o', 'a folder'], /folder/],
    [['analyze', piano, '-o', 'circle.npy'], /^lodestone: cannot write circle\.npy: too many symbolic links/],
    [['analyze', piano, '-o', 'x.npy', '--hop', '0'], /hop is "0"/],
  ]) {
    const { code, err } = await lodestone(args);
    assert.equal(code, 2, `${args}: ${err}`);
    assert.match(err, message);
  }
  assert.ok(!existsSync(inFolder('x.npy')));
});

test('a folder in place of the output is not changed', async () => {
  mkdirSync(inFolder('taken.npy'));
  writeFileSync(inFolder('taken.npy/mine'), 'mine');
  const { code, err } = await lodestone(['analyze', piano, '-o', 'taken.npy']);
  assert.equal(code, 2, err);
  assert.equal(readFileSync(inFolder('taken.npy/mine'), 'utf8'), 'mine');
});

test('a link with the name of the temporary file is not followed', () => {
  writeFileSync(inFolder('precious'), 'mine');
  const words = [process.execPath, inRepository('js/cli/main.js'), 'analyze', piano, '-o', 'linked.npy'];
  const script = 'ln -s precious "linked.npy.$$.tmp" && exec "$@"';
  const { status, stderr } = spawnSync('sh', ['-c', script, 'sh', ...words], { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.equal(readFileSync(inFolder('precious'), 'utf8'), 'mine');
});

test('a program that cannot start says why in one line', () => {
  cpSync(inRepository('js'), inFolder('copy/js'), { recursive: true });
  writeFileSync(inFolder('copy/package.json'), '{"type": "module"}');
  const { status, stderr } = spawnSync(process.execPath, [inFolder('copy/js/cli/main.js')], { encoding: 'utf8' });
  assert.equal(status, 2, stderr);
  assert.match(stderr, /^lodestone: .*pngjs.*\n$/);
});

test('Ctrl-C during training saves the model so far', async () => {
  let interrupted = false;
  const args = ['train', piano, '-o', 'part.safetensors', '--epochs', '100000', ...small];
  const { code, out, err } = await lodestone(args, (said, child) => {
    if (!interrupted && /epoch [1-9]/.test(said)) interrupted = child.kill('SIGINT');
  });
  assert.equal(code, 130, err);
  assert.match(out + err, /part\.safetensors/);
  assert.ok((await Magnet.load(inFolder('part.safetensors'))).losses.length < 100000);
});
