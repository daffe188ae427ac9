// The JavaScript side of wasm/cli.cpp: synchronous access to files, the terminal and the clock.

import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { totalmem } from 'node:os';
import { dirname } from 'node:path';
import { getSystemErrorMap } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { PNG } from 'pngjs';
import { stubs } from '../wasm/loader.js';

/** @type {{module: string, args: string[], shared: Int32Array}} */
const { module: address, args, shared } = workerData;

/** @type {any} */
let program;
let failure = '';
/** @type {Uint8Array} */
let kept = new Uint8Array();

/**
 * @param {number} pointer
 * @param {number} length
 */
function view(pointer, length) {
  return new Uint8Array(program.memory.buffer, pointer >>> 0, length >>> 0);
}

/**
 * @param {number} pointer
 * @param {number} length
 */
function text(pointer, length) {
  return new TextDecoder().decode(view(pointer, length));
}

/**
 * Returns what `act` returns, or -1 with a message for `error`.
 * @param {'read' | 'write'} verb
 * @param {string} path
 * @param {() => number} act
 */
function attempt(verb, path, act) {
  try {
    return act();
  } catch (error) {
    const { errno, message } = /** @type {NodeJS.ErrnoException} */ (error);
    const reason = getSystemErrorMap().get(errno ?? 0)?.[1] ?? message;
    failure = `cannot ${verb} ${path}: ${reason}`;
    return -1;
  }
}

/** @param {string} path */
function checkWritable(path) {
  const target = resolved(path);
  const folder = dirname(target);
  if (!existsSync(folder)) throw new Error(`there is no folder ${folder}`);
  const status = statSync(target, { throwIfNoEntry: false });
  if (status?.isDirectory()) throw new Error('it is a folder');
  if (status) accessSync(target, constants.W_OK);
  if (!status || status.isFile()) accessSync(folder, constants.W_OK);
}

/**
 * A unique identity of a file; null if it cannot be found.
 * @param {string} path
 */
function identity(path) {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}

/**
 * Resolves symbolic links, so that a rename replaces the file and not the link.
 * @param {string} path
 */
function resolved(path) {
  return existsSync(path) ? realpathSync(path) : path;
}

/**
 * Writes atomically: to a temporary file next to it, which is then renamed. Pipes and devices are written to directly.
 * @param {string} path
 * @param {Uint8Array} bytes
 */
function writeWhole(path, bytes) {
  checkWritable(path);
  const target = resolved(path);
  const status = statSync(target, { throwIfNoEntry: false });
  if (status && !status.isFile()) return writeFileSync(target, bytes);
  // With the time, since a killed process may have had the same id: in a container it is always 1.
  const temporary = `${target}.${process.pid}.${Date.now()}.tmp`;
  const file = openSync(temporary, 'wx');
  try {
    if (status) fchmodSync(file, status.mode & 0o7777);
    writeFileSync(file, bytes);
    fsyncSync(file);
    renameSync(temporary, target);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  } finally {
    closeSync(file);
  }
}

/**
 * @param {Uint8Array} rgb
 * @param {number} width
 * @param {number} height
 */
function png(rgb, width, height) {
  const picture = new PNG({ width, height, colorType: 2 });
  for (let i = 0; i < width * height; ++i) {
    picture.data.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i);
    picture.data[4 * i + 3] = 255;
  }
  return PNG.sync.write(picture, { colorType: 2 });
}

/**
 * @param {number} stream 1 or 2
 * @param {Uint8Array} bytes
 */
function print(stream, bytes) {
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(stream, bytes));
    } catch (error) {
      // If the pipe is full, wait. If its reader is gone, carry on, rather than lose a half-trained model.
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** @type {Record<string, (...numbers: number[]) => number | void>} */
const host = {
  read: (path, length) =>
    attempt('read', text(path, length), () => {
      const name = text(path, length);
      if (statSync(name).isDirectory()) throw new Error('it is a folder');
      kept = readFileSync(name);
      return kept.length;
    }),
  take(destination) {
    view(destination, kept.length).set(kept);
    kept = new Uint8Array();
  },
  write: (path, length, bytes, size) =>
    attempt('write', text(path, length), () => {
      writeWhole(text(path, length), view(bytes, size));
      return 0;
    }),
  picture: (path, length, rgb, width, height) =>
    attempt('write', text(path, length), () => {
      writeWhole(text(path, length), png(view(rgb, 3 * width * height), width, height));
      return 0;
    }),
  checkWritable: (path, length) =>
    attempt('write', text(path, length), () => {
      checkWritable(text(path, length));
      return 0;
    }),
  sameFile(a, aLength, b, bLength) {
    const first = identity(text(a, aLength));
    return first !== null && first === identity(text(b, bLength)) ? 1 : 0;
  },
  error: (destination, capacity) => new TextEncoder().encodeInto(failure, view(destination, capacity)).written,
  print: (stream, bytes, length) => print(stream, view(bytes, length)),
  progress: (line, length) => print(2, new TextEncoder().encode(`\r\x1b[K${text(line, length)}`)),
  columns: () => Atomics.load(shared, 1),
  cancelled: () => Atomics.load(shared, 0),
  clock: () => performance.now() / 1000,
  memory: () => Math.min(totalmem(), 2 ** 32),
};

function run() {
  const module = new WebAssembly.Module(readFileSync(new URL(address)));
  program = new WebAssembly.Instance(module, { ...stubs(module), host }).exports;
  program._initialize();
  const list = new TextEncoder().encode(args.map((argument) => `${argument}\0`).join(''));
  const pointer = program.lodestone_cli_alloc(list.length + 1);
  view(pointer, list.length).set(list);
  return program.lodestone_cli_run(pointer, args.length);
}

try {
  parentPort?.postMessage(run());
} catch (error) {
  if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) throw error;
  // The core checks large allocations; when a small one fails, it can only stop.
  print(2, new TextEncoder().encode(`lodestone: stopped, probably out of memory: ${error.message}\n`));
  parentPort?.postMessage(2);
}
