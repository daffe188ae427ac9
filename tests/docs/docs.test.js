// Runs the documentation's code for Node, the shell and Python, unchanged except for the number of epochs and seconds.
// The blocks of each page run in order in their own folder. tests/browser/docs.test.js runs the code for pages.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import { blocks, shortened } from './blocks.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
// Within the repository, where Node resolves the package's own name.
const work = join(root, 'build/docs');
rmSync(work, { recursive: true, force: true });

function folderOf(file) {
  const folder = join(work, basename(file, '.md'));
  mkdirSync(folder, { recursive: true });
  for (const [name, target] of [
    ['examples', 'examples'],
    ['tests', 'tests'],
    ['models', 'tests/vectors/import'],
  ]) {
    if (!existsSync(join(folder, name))) symlinkSync(join(root, target), join(folder, name));
  }
  return folder;
}

const python = process.env.PYTHON ?? 'python3';
const env = { ...process.env, PATH: `${root}build/native:${process.env.PATH}` };
const run = (cwd, command, ...args) => execFileSync(command, args, { cwd, env, stdio: 'pipe', encoding: 'utf8' });

const runners = {
  node(folder, { line, code }) {
    writeFileSync(join(folder, `${line}.mjs`), shortened(code));
    run(folder, process.execPath, `${line}.mjs`);
  },
  shell(folder, { code }) {
    const commands = code.match(/^\$ (?:.*\\\n)*.*/gm).map((command) => command.slice(2));
    run(folder, 'bash', '-euxo', 'pipefail', '-c', shortened(commands.join('\n')));
  },
  python(folder, { line, code }) {
    writeFileSync(join(folder, `${line}.py`), code);
    run(folder, python, `${line}.py`);
  },
};

let hasTorch = true;
try {
  run(root, python, '-c', 'import torch');
} catch {
  hasTorch = false;
}

test('every block is run by some test', () => {
  const elsewhere = ['page', 'html', 'consumer', 'none'];
  for (const { file, line, runner } of blocks) {
    const known = elsewhere.includes(runner) || runner?.startsWith('project ') || Object.hasOwn(runners, runner);
    assert.ok(known, `${file}:${line}: ${runner}`);
  }
});

for (const block of blocks) {
  const runner = runners[block.runner];
  if (!runner || (block.runner === 'python' && !hasTorch)) continue;
  test(`${block.file}:${block.line}, ${block.language}`, () => runner(folderOf(block.file), block));
}

test('every link leads to a file', () => {
  const pages = readdirSync(join(root, 'docs')).filter((page) => page.endsWith('.md'));
  for (const name of ['README.md', 'CONTRIBUTING.md', ...pages.map((page) => `docs/${page}`)]) {
    const text = readFileSync(join(root, name), 'utf8');
    for (const [, target] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      assert.ok(existsSync(join(root, dirname(name), target)), `${name}: ${target}`);
    }
  }
});
