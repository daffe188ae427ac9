// A program that reads requests from its standard input, one JSON object per line, and answers each with one line.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { competitor } from './competitor.js';

/**
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} [environment] in addition to this process's own
 */
export async function connectProcess(command, args, environment = {}) {
  const child = spawn(command, args, {
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (text) => (complaint = (complaint + text).slice(-2000)));
  child.stdin.on('error', () => {}); // the end of its output reports the failure
  await once(child, 'spawn').catch(({ code }) => {
    throw new Error(`${command} cannot be started (${code})`);
  });
  const ended = once(child, 'close');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    /** @param {object} request */
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      if (!done) return JSON.parse(value);
      const [code, signal] = await ended;
      throw new Error(`${command} ended with ${signal ?? code}: ${complaint.trim()}`);
    },
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}

/**
 * @param {string} name
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} [environment] in addition to this process's own
 */
export function processCompetitor(name, command, args, environment = {}) {
  return competitor(name, () => connectProcess(command, args, environment));
}
