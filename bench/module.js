// Our own workloads as a bench module: the same file drives the WebAssembly module in Node, pages and Workers.
//
// A bench module exports `list`, `setup`, `run` and, if setup allocates memory, `release`; see README.md.

import { readBytes } from '../js/bytes.js';
import { stubs } from '../js/wasm/loader.js';

const files = {
  module: new URL('../build/wasm/lodestone-bench.wasm', import.meta.url),
  piano: new URL('../examples/sounds/piano.wav', import.meta.url),
  signals: new URL('../tests/vectors/lws/signals.safetensors', import.meta.url),
};

/** @type {any} */
let abi;
/** @type {string[]} */
let names;

/** @param {number} pointer to UTF-8 that ends with a zero */
function text(pointer) {
  const bytes = new Uint8Array(abi.memory.buffer);
  return new TextDecoder().decode(bytes.slice(pointer, bytes.indexOf(0, pointer)));
}

/** @param {Uint8Array} bytes */
function copyIn(bytes) {
  const pointer = abi.bench_alloc(bytes.length);
  new Uint8Array(abi.memory.buffer).set(bytes, pointer);
  return pointer;
}

async function start() {
  const module = await WebAssembly.compile(/** @type {BufferSource} */ (await readBytes(files.module)));
  abi = new WebAssembly.Instance(module, stubs(module)).exports;
  abi._initialize?.();
  const [piano, signals] = await Promise.all([readBytes(files.piano), readBytes(files.signals)]);
  const [pianoPointer, signalsPointer] = [copyIn(piano), copyIn(signals)];
  if (!abi.bench_sounds(pianoPointer, piano.length, signalsPointer, signals.length)) {
    throw new Error('the sounds that the workloads need cannot be read');
  }
  abi.bench_free(pianoPointer);
  abi.bench_free(signalsPointer);
  names = Array.from({ length: abi.bench_count() }, (_, index) => text(abi.bench_name(index)));
}

/** @param {string} workload */
function numberOf(workload) {
  const index = names.indexOf(workload);
  if (index < 0) throw new Error(`there is no workload ${workload}`);
  return index;
}

/** What can be run. */
export async function list() {
  await start();
  const workloads = names.map((name, index) => ({ name, unit: text(abi.bench_unit(index)) }));
  return { version: 'WebAssembly, 128-bit vectors', flags: '', workloads };
}

/** Everything that is not timed. @param {string} workload */
export function setup(workload) {
  return { unitsPerRun: abi.bench_setup(numberOf(workload)) };
}

/** Times this many runs together. @param {string} workload @param {number} runs */
export function run(workload, runs) {
  const index = numberOf(workload);
  abi.bench_before(index, runs);
  const start = performance.now();
  abi.bench_run(index, runs);
  const milliseconds = performance.now() - start;
  const checksum = abi.bench_checksum(index);
  return { milliseconds, checksum, ok: Boolean(abi.bench_is_right(index, checksum)) };
}

/** Frees what setup allocated. @param {string} workload */
export function release(workload) {
  abi.bench_release(numberOf(workload));
}
