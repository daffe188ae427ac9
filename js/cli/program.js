// Runs a command-line program of WebAssembly in a thread of its own, so that this one hears Ctrl-C.

import { Worker } from 'node:worker_threads';

/** What both threads see: whether to stop, and the columns of the terminal. */
const shared = new Int32Array(new SharedArrayBuffer(8));

function requestStop() {
  if (Atomics.exchange(shared, 0, 1) === 1) process.exit(130); // asked a second time: at once
}

function noteColumns() {
  Atomics.store(shared, 1, process.stderr.isTTY ? (process.stderr.columns ?? 80) : 0);
}

/**
 * Runs the program with the arguments of this process, whose exit code becomes the program's.
 * @param {URL} module the file of WebAssembly
 */
export function runProgram(module) {
  process.on('SIGINT', requestStop);
  process.on('SIGTERM', requestStop);
  process.stderr.on('resize', noteColumns);
  noteColumns();

  const program = new Worker(new URL('./host.js', import.meta.url), {
    workerData: { module: module.href, args: process.argv.slice(2), shared },
  });
  program.on('message', (code) => (process.exitCode = code));
  program.on('error', ({ message }) => {
    console.error(`lodestone: ${message}`);
    process.exitCode = 2;
  });
}
