// Randomly damaged PyTorch and TensorFlow.js files: each is either imported as a valid model or rejected with
// invalid-data; nothing traps, hangs or takes much memory. Each part runs for LODESTONE_FUZZ_SECONDS (10).

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { Importer } from '../../js/model/import.js';
import { LodestoneError } from '../../js/index.js';
import { readModelFile } from './model-files.js';
import { read, root } from './support.js';

const seconds = Number(process.env.LODESTONE_FUZZ_SECONDS ?? 10);
const module = new WebAssembly.Module(readFileSync(new URL('dist/import.wasm', root)));
const mostMemory = 32 << 20; // the files have some thousand bytes, the module's stack and data under a million
const longest = 1000; // ms; on a busy machine

/** mulberry32 */
function generator(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An ImportConfig, as js/model/import.js packs it. */
const settings = new Uint8Array(Float64Array.of(0, 0, 0, 0, 44100, 0).buffer);

const bytesOf = (path) => new Uint8Array(read(`tests/vectors/import/${path}`));

/** Imports; returns true if that gave a model. */
function importBytes(bytes, shards = []) {
  const importer = new Importer(module);
  try {
    const place = importer.store([bytes]);
    importer.call('shards', ...place);
    const file = importer.call(
      'model',
      ...place,
      ...importer.store(shards),
      ...importer.store([settings]).slice(0, 1),
      6,
    );
    readModelFile(file);
    return true;
  } catch (error) {
    if (!(error instanceof LodestoneError)) throw error;
    assert.equal(error.code, 'invalid-data', error.message);
    assert.ok(error.message.length > 10);
    return false;
  } finally {
    assert.ok(importer.memoryBytes <= mostMemory, `${importer.memoryBytes} bytes of memory`);
  }
}

/**
 * @param {import('node:test').TestContext} t
 * @param {(random: () => number) => {bytes: Uint8Array, shards?: Uint8Array[]}} make
 */
function fuzz(t, make) {
  const seed = Date.now() >>> 0;
  const random = generator(seed);
  let [runs, models] = [0, 0];
  for (const end = performance.now() + 1000 * seconds; performance.now() < end; ++runs) {
    const { bytes, shards } = make(random);
    const start = performance.now();
    try {
      models += importBytes(bytes, shards) ? 1 : 0;
      assert.ok(performance.now() - start < longest, `${performance.now() - start} ms`);
    } catch (error) {
      const path = join(tmpdir(), `lodestone-import-${seed}-${runs}`);
      writeFileSync(path, bytes);
      throw new Error(`${path} (seed ${seed}): ${error}`, { cause: error });
    }
  }
  t.diagnostic(`${runs} files, ${models} of them models still; seed ${seed}`);
  assert.ok(models > 0 && models < runs);
}

const numbers = [0, 1, 2, 4, 0x28, 0x2e, 0x51, 0x52, 0x62, 0x71, 0x72, 0x7f, 0x80, 0x85, 0x95, 0xfe, 0xff];

/** A few random changes: bits, bytes, cuts, pieces duplicated, moved or removed. */
function damage(bytes, random) {
  let list = Array.from(bytes);
  const pick = (count) => Math.floor(random() * count);
  for (let changes = 1 + pick(3); changes > 0 && list.length > 0; --changes) {
    const [at, length] = [pick(list.length), 1 + pick(random() < 0.8 ? 8 : list.length)];
    const kind = pick(7);
    if (kind === 0) list[at] ^= 1 << pick(8);
    else if (kind === 1) list[at] = numbers[pick(numbers.length)];
    else if (kind === 2)
      list.splice(at, 4, ...new Uint8Array(Uint32Array.of(random() < 0.5 ? -1 : 2 ** pick(32)).buffer));
    else if (kind === 3) list = random() < 0.2 ? list.slice(0, at) : list;
    else if (kind === 4) list.splice(at, length);
    else if (kind === 5) list.splice(pick(list.length), 0, ...list.slice(at, at + length));
    else list.splice(pick(list.length), 0, numbers[pick(numbers.length)]);
  }
  return Uint8Array.from(list);
}

/** The entries of an archive that torch.save wrote: [name, bytes]. */
function entriesOf(archive) {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = archive.length - 22;
  const entries = [];
  for (let at = view.getUint32(end + 16, true); entries.length < view.getUint16(end + 10, true);) {
    const [size, nameSize, extraSize] = [
      view.getUint32(at + 24, true),
      view.getUint16(at + 28, true),
      view.getUint16(at + 30, true),
    ];
    const local = view.getUint32(at + 42, true);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    entries.push([archive.slice(at + 46, at + 46 + nameSize), archive.slice(start, start + size)]);
    at += 46 + nameSize + extraSize;
  }
  return entries;
}

/** An archive of stored entries. */
function archiveOf(entries) {
  const parts = [];
  const directory = [];
  let place = 0;
  const header = (mark, length, fields) => {
    const view = new DataView(new ArrayBuffer(length));
    view.setUint32(0, mark, true);
    for (const [at, value, size] of fields) view[`setUint${size}`](at, value, true);
    return new Uint8Array(view.buffer);
  };
  for (const [name, bytes] of entries) {
    const sizes = (at) => [
      [at, bytes.length, 32],
      [at + 4, bytes.length, 32],
      [at + 8, name.length, 16],
    ];
    parts.push(header(0x04034b50, 30, sizes(18)), name, bytes);
    directory.push(header(0x02014b50, 46, [...sizes(20), [42, place, 32]]), name);
    place += 30 + name.length + bytes.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const fields = [
    [8, entries.length, 16],
    [10, entries.length, 16],
    [12, size, 32],
    [16, place, 32],
  ];
  return Buffer.concat([...parts, ...directory, header(0x06054b50, 22, fields)]);
}

test('damaged pickles in whole archives', (t) => {
  const archives = ['state_dict.pth', 'checkpoint.pth', 'half.pth'].map((name) => entriesOf(bytesOf(name)));
  for (const entries of archives) assert.ok(importBytes(archiveOf(entries)));
  fuzz(t, (random) => {
    const [[name, pickle], ...others] = archives[Math.floor(random() * archives.length)];
    return { bytes: archiveOf([[name, damage(pickle, random)], ...others]) };
  });
});

test('damaged archives', (t) => {
  const archives = ['state_dict.pth', 'parameters.pth'].map((name) => bytesOf(name));
  for (const bytes of archives) assert.ok(importBytes(bytes));
  fuzz(t, (random) => {
    const archive = archives[Math.floor(random() * archives.length)];
    const directory = new DataView(archive.buffer).getUint32(archive.length - 6, true);
    if (random() < 0.3) return { bytes: damage(archive, random) };
    return {
      bytes: Buffer.concat([archive.subarray(0, directory), damage(archive.subarray(directory), random)]),
    };
  });
});

test('damaged model.json', (t) => {
  const models = [
    { json: bytesOf('tfjs/model.json'), shards: [1, 2].map((i) => bytesOf(`tfjs/group1-shard${i}of2.bin`)) },
    { json: bytesOf('keras/model.json'), shards: [bytesOf('keras/group1-shard1of1.bin')] },
  ];
  for (const { json, shards } of models) assert.ok(importBytes(json, shards));
  const words = [
    'null',
    'true',
    '-1',
    '0',
    '1e309',
    '1e308',
    '4294967296',
    '18446744073709551616',
    '0.5',
    '""',
    '[]',
    '{}',
    '[[',
  ];
  fuzz(t, (random) => {
    const { json, shards } = models[Math.floor(random() * models.length)];
    if (random() < 0.4) return { bytes: damage(json, random), shards };
    const values = Buffer.from(json)
      .toString()
      .split(/([,:[\]{}])/);
    values[Math.floor(random() * values.length)] = words[Math.floor(random() * words.length)];
    return {
      bytes: Buffer.from(values.join('')),
      shards: random() < 0.9 ? shards : shards.map((one) => damage(one, random)),
    };
  });
});
