// Runs a WebAssembly command-line program in its own thread, so that this one can handle Ctrl-C.

import { Worker } from 'node:worker_threads';

/** Shared by both threads: whether to stop, and the width of the terminal in columns. */
const shared = new Int32Array(new SharedArrayBuffer(8));

function requestStop() {
  if (Atomics.exchange(shared, 0, 1) === 1) process.exit(130); // the second signal exits at once
}

function noteColumns() {
  Atomics.store(shared, 1, process.stderr.isTTY ? (process.stderr.columns ?? 80) : 0);
}

/**
 * Runs the program with this process's arguments and exits with its exit code.
 * @param {URL} module the WebAssembly file
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
