// Writes everything that comes from the table of facts: `npm run facts`. With --check it writes nothing and fails if a
// file is out of date.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import * as cli from './cli.js';
import * as cpp from './cpp.js';
import * as docs from './docs.js';
import * as js from './js.js';

const root = join(import.meta.dirname, '../..');
const isCheck = process.argv.includes('--check');
const read = (name) => readFile(join(root, name), 'utf8').catch(() => '');

const files = [...cpp.files(), ...cli.files(), ...js.files(), ...(await docs.files(read))];
const stale = [];
for (const [name, text] of files) {
  const path = join(root, name);
  const content = name.endsWith('.js') ? await format(text, { ...(await resolveConfig(path)), filepath: path }) : text;
  if (content === (await read(name))) continue;
  stale.push(name);
  if (isCheck) continue;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}
if (stale.length > 0) console.log(`${isCheck ? 'out of date (npm run facts)' : 'written'}: ${stale.join(', ')}`);
if (isCheck && stale.length > 0) process.exitCode = 1;
