// Describes the machine: without it the figures mean nothing.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';

/** @import { Machine } from './types.d.ts' */

/** The first line of a program's output. @param {string} command */
function firstLine(command) {
  try {
    return execFileSync(command, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split(
      '\n',
    )[0];
  } catch {
    return 'not found';
  }
}

/** Debian's name and the kernel's. */
function systemName() {
  const release = readFileSync('/etc/os-release', 'utf8');
  return `${release.match(/^PRETTY_NAME="(.*)"$/m)?.[1]}, ${os.type()} ${os.release()}`;
}

const load = () => os.loadavg().map((value) => Number(value.toFixed(2)));

/** Machine without the competitors' versions, which they report when they start; `load.after` is now. @returns {Machine} */
export function describeMachine() {
  return {
    cpu: os.cpus()[0].model,
    cores: os.cpus().length,
    memory: `${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    os: systemName(),
    load: { before: load(), after: load() },
    versions: { 'g++': firstLine('g++'), emcc: firstLine('emcc'), 'Node, the runner': process.version },
    flags: {},
  };
}

/** @param {Machine} machine */
export const noteLoadAfter = (machine) => void (machine.load.after = load());
