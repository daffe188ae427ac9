// A bench module in its own Node process: `node serve-module.js MODULE` answers requests line by line.
import { createInterface } from 'node:readline';
import { answer } from '../answer.js';

const module = await import(process.argv[2]);
for await (const line of createInterface({ input: process.stdin })) {
  const reply = await answer(module, JSON.parse(line));
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
