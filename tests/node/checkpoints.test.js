// Checkpoints in a folder: they survive a round trip, damage is detected, and storage failures never stop a training.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Checkpoints } from '../../js/training/checkpoints.js';
import { forgetTraining, keptTrainings } from '../../js/training/kept.js';
import { settleCheckpoint } from '../../js/training/checkpoint-options.js';

const scratch = await mkdtemp(join(tmpdir(), 'lodestone-checkpoints-'));
after(() => rm(scratch, { recursive: true }));

let folders = 0;
const plan = {
  clips: [Float32Array.of(0.5, -0, Number.MIN_VALUE, 1e30), Float32Array.of(), Float32Array.of(1, 2, 3)],
  options: { layers: [8], epochs: 200, sampleRate: 44100 },
  initial: Uint8Array.of(1, 2, 3, 4, 5),
};
const state = (value) => new Uint8Array(1000).fill(value);
const progress = (step) => ({ epoch: Math.floor(step / 10), epochs: 200, step, steps: 2000 });

/** A new store, with what a test needs of it. */
function newStore({ id = 'piano', every = 30 } = {}) {
  const path = join(scratch, `store-${++folders}`, 'deeper');
  const notices = [];
  const open = (as = id) => new Checkpoints({ id: as, every, store: path }, (notice) => notices.push(notice));
  return { path, notices, open, files: async () => (await readdir(path)).sort() };
}

/** Changes one byte in the middle of a file. */
async function damage(path) {
  const bytes = await readFile(path);
  bytes[bytes.length >> 1] ^= 1;
  await writeFile(path, bytes);
}

/** Waits until the folder has a new file, but not forever. */
async function newFile(path) {
  const before = new Set(await readdir(path));
  const end = performance.now() + 5000;
  while (performance.now() < end && (await readdir(path)).every((name) => before.has(name)));
}

test('a plan and a state survive a round trip', async () => {
  const { open, notices } = newStore();
  const checkpoints = open();
  await checkpoints.begin(plan);
  assert.deepEqual(await open().load(), { ...plan, state: undefined });
  await checkpoints.save(state(7), progress(10));
  assert.deepEqual(await open().load(), { ...plan, state: state(7) });
  const bare = newStore();
  await bare.open().begin({ clips: [new Float32Array(4)], options: {} });
  assert.deepEqual((await bare.open().load()).initial, undefined);
  assert.deepEqual(notices, []);
});

test('the last two states are kept, in files that are never overwritten', async () => {
  const { open, files } = newStore();
  const checkpoints = open();
  await checkpoints.begin(plan);
  for (let step = 1; step <= 5; ++step) checkpoints.save(state(step), progress(step)); // faster than they are written
  await checkpoints.save(state(6), progress(6));
  assert.deepEqual(await files(), ['piano.0.plan', 'piano.5.state', 'piano.6.state']);
});

test('if a state is damaged, the previous one is used; if that is damaged too, training starts over', async () => {
  const { open, path } = newStore();
  const checkpoints = open();
  await checkpoints.begin(plan);
  await checkpoints.save(state(1), progress(1));
  await checkpoints.save(state(2), progress(2));
  await damage(join(path, 'piano.2.state'));
  assert.deepEqual((await open().load()).state, state(1));
  await truncate(join(path, 'piano.1.state'), 20);
  assert.equal((await open().load()).state, undefined);
  await writeFile(join(path, 'piano.1.state'), '');
  assert.equal((await open().load()).state, undefined);
  await damage(join(path, 'piano.0.plan'));
  await assert.rejects(open().load(), { code: 'invalid-data', message: /checksum/ });
});

test('a resumed training continues the numbering, and keeps existing files', async () => {
  const { open, files } = newStore();
  const first = open();
  await first.begin(plan);
  await first.save(state(1), progress(1));
  const second = open();
  await second.begin(await second.load());
  await second.save(state(2), progress(2));
  assert.deepEqual(await files(), ['piano.0.plan', 'piano.1.state', 'piano.2.state']);
});

test('another training with the same id replaces it, one with the same plan continues it', async () => {
  const { open, files, notices } = newStore();
  const first = open();
  await first.begin(plan);
  await first.save(state(1), progress(1));
  await open().begin(plan);
  assert.deepEqual(await files(), ['piano.0.plan', 'piano.1.state']);
  const second = open();
  await second.begin({ ...plan, options: { ...plan.options, seed: 1 } });
  assert.deepEqual(await files(), ['piano.2.plan']);
  await first.save(state(2), progress(2)); // it is still running, in another tab
  assert.match(notices.at(-1).message, /another training/);
  assert.deepEqual(await files(), ['piano.2.plan']);
  await second.save(state(3), progress(3));
  assert.deepEqual((await open().load()).state, state(3));
});

test('a state of another plan is ignored', async () => {
  const { open, path } = newStore();
  for (const [id, seed] of Object.entries({ one: 1, two: 2 })) {
    const checkpoints = open(id);
    await checkpoints.begin({ ...plan, options: { seed } });
    await checkpoints.save(state(seed), progress(seed));
  }
  await writeFile(join(path, 'one.7.state'), await readFile(join(path, 'two.1.state')));
  assert.deepEqual((await open('one').load()).state, state(1));
});

test('reports when the next checkpoint is due', async () => {
  const checkpoints = newStore({ every: 0.3 }).open();
  assert.equal(checkpoints.due(), false);
  await checkpoints.begin(plan);
  await sleep(310);
  assert.equal(checkpoints.due(), true);
  const saved = checkpoints.save(state(1), progress(1));
  assert.equal(checkpoints.due(), false);
  await saved;
  assert.equal(checkpoints.due(), false);
});

test('a full disk is reported once, and saving works again once there is room', async () => {
  const { open, notices, path, files } = newStore();
  await mkdir(path, { recursive: true });
  const checkpoints = open();
  // The file that a state is first written to is a device that is always full.
  const fill = (name) => symlink('/dev/full', join(path, `${name}.part`));
  await fill('piano.0.plan');
  await checkpoints.begin(plan);
  await fill('piano.0.plan');
  await checkpoints.save(state(1), progress(1));
  assert.deepEqual(notices, [
    { code: 'checkpoint-failed', message: 'the checkpoint of "piano" could not be written: the storage is full' },
  ]);
  await checkpoints.save(state(2), progress(2));
  assert.deepEqual(await files(), ['piano.0.plan', 'piano.1.state']);
  await fill('piano.2.state');
  await checkpoints.save(state(3), progress(3));
  assert.equal(notices.length, 2);
  assert.deepEqual(await files(), ['piano.0.plan', 'piano.1.state']);
  assert.deepEqual((await open().load()).state, state(2));
});

test('a store that vanishes is created again, with the plan', async () => {
  const { open, notices, path } = newStore();
  const checkpoints = open();
  await checkpoints.begin(plan);
  await checkpoints.save(state(1), progress(1));
  await rm(path, { recursive: true });
  await checkpoints.save(state(2), progress(2));
  assert.deepEqual(await open().load(), { ...plan, state: state(2) });
  assert.deepEqual(notices, []);
});

test('a store that cannot be created is reported; there is nothing to load', async () => {
  const { open, notices, path } = newStore();
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, 'a file where the folder should be');
  const checkpoints = open();
  await checkpoints.begin(plan);
  await checkpoints.save(state(1), progress(1));
  assert.equal(notices.length, 1);
  assert.match(notices[0].message, /could not be written: /);
  await assert.rejects(open().load(), { code: 'storage-failed' });
  await assert.rejects(newStore().open().load(), {
    code: 'invalid-argument',
    message: /no training with the id "piano"/,
  });
});

test('trainings are listed, newest first, and deleted', async () => {
  const { open, path } = newStore();
  assert.deepEqual(await keptTrainings(path), []);
  await open('begun').begin(plan);
  for (const id of ['early', 'late']) {
    const checkpoints = open(id);
    await checkpoints.begin(plan);
    await checkpoints.save(state(1), progress(10));
    await checkpoints.save(state(2), progress(20));
    await sleep(5);
  }
  await writeFile(join(path, 'notes.txt'), 'none of ours');
  await writeFile(join(path, 'early.9.state'), 'damaged');
  const listed = await keptTrainings(path);
  assert.deepEqual(
    listed.map(({ id, epoch, epochs, step, steps }) => ({ id, epoch, epochs, step, steps })),
    [
      { id: 'late', ...progress(20) },
      { id: 'early', ...progress(20) },
      { id: 'begun', epoch: 0, epochs: 200, step: 0, steps: 0 },
    ],
  );
  assert.ok(Math.abs(listed[0].saved.getTime() - Date.now()) < 60000);
  assert.equal(listed[2].saved, null);
  await forgetTraining('late', path);
  await forgetTraining('never-there', path);
  assert.deepEqual(
    (await keptTrainings(path)).map(({ id }) => id),
    ['early', 'begun'],
  );
  assert.ok((await readdir(path)).includes('notes.txt'));
  await assert.rejects(forgetTraining('../up', path), { code: 'invalid-argument' });
});

test('ids, intervals and stores are checked', () => {
  assert.deepEqual(settleCheckpoint('piano'), { id: 'piano', every: 30, store: undefined });
  assert.equal(settleCheckpoint({ id: 'piano', every: 1 }).every, 1);
  for (const id of ['', '../up', 'a.b', 'x'.repeat(65), undefined, 5]) {
    assert.throws(() => settleCheckpoint({ id }), { code: 'invalid-argument', message: /checkpoint.id/ });
  }
  assert.throws(() => settleCheckpoint({ id: 'a', every: -1 }), /checkpoint.every is -1/);
  assert.throws(() => settleCheckpoint({ id: 'a', evry: 1 }), /no option evry/);
});

test('a process that is killed while writing leaves only complete files', async () => {
  const { open, path } = newStore();
  const script = `
    import { Checkpoints } from ${JSON.stringify(new URL('../../js/training/checkpoints.js', import.meta.url).href)};
    const checkpoints = new Checkpoints({ id: 'piano', every: 0, store: ${JSON.stringify(path)} }, console.error);
    await checkpoints.begin({ clips: [new Float32Array(1000)], options: {} });
    for (let step = 1; ; ++step) {
      await checkpoints.save(new Uint8Array(3e7).fill(step), { epoch: 0, epochs: 1, step, steps: 9 });
      if (step === 1) console.log('going');
    }`;
  for (let kill = 0; kill < 5; ++kill) {
    const writer = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(writer.stdout, 'data');
    await sleep(100 * Math.random());
    await newFile(path); // so that it is being written
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    const { state } = await open().load();
    const numbers = (await readdir(path)).map((name) => Number(/(\d+)\.state$/.exec(name)?.[1] ?? -1));
    const number = Math.max(...numbers);
    const newest = await readFile(join(path, `piano.${number}.state`));
    assert.ok(newest.subarray(-3e7).equals(state), 'the newest file is whole');
  }
});
