// The tarball that users get, and fresh projects that install it.
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { blocks } from '../docs/blocks.js';

const folder = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
// One per test file, because they run at the same time.
const work = join(root, 'build/package', basename(process.argv[1], '.test.js'));
const env = { ...process.env, PATH: join(folder, 'node_modules/.bin') + delimiter + process.env.PATH };

/** Runs a command with this folder's tools in its PATH; returns what it printed. */
export async function run(cwd, command, ...args) {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, { cwd, env });
    return stdout + stderr;
  } catch (error) {
    error.message += error.stdout; // it already contains stderr
    throw error;
  }
}

/** `npm pack` without its build: everything must already have been built. */
function pack() {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', work];
  const [{ filename, files }] = JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8' }));
  return { path: join(work, filename), files };
}

/** `path`, and `files`, each with its `path` and `size`. */
export const tarball = pack();

/**
 * A new folder with the application of this folder's app/, what the manual has for a project of that name, and the
 * tarball installed.
 * @returns {Promise<{path: string, commands: string[]}>} `commands`: the manual's
 */
export async function project(name) {
  const path = join(work, name);
  cpSync(join(folder, 'app'), path, { recursive: true });
  writeFileSync(join(path, 'package.json'), '{ "private": true, "type": "module" }\n');
  const commands = [];
  for (const { runner, language, code } of blocks.filter(({ runner }) => runner === `project ${name}`)) {
    if (language === 'html') writeFileSync(join(path, 'index.html'), code);
    else if (language === 'js') writeFileSync(join(path, 'manual.cjs'), code);
    else if (language === 'console') commands.push(...code.match(/(?<=^\$ ).*/gm));
    else throw new Error(`${runner}: ${language}`);
  }
  await run(path, 'npm', 'install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', tarball.path);
  return { path, commands };
}
