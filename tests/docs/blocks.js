// Extracts the fenced code blocks of README.md and docs/. As a program it prints the first block of a language in
// README.md: `node tests/docs/blocks.js cpp`.
//
// A block's language decides what runs it: `js` a page, or Node if it imports a Node module; `console` a shell (lines
// that begin with "$ "); `python` Python; `html` a page; `cpp` tests/consumer. A language followed by `project` and a
// name defines a project, which tests/package builds. `text` and `json` are not code.
import { readdirSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);
const pages = readdirSync(new URL('docs/', root)).filter((name) => name.endsWith('.md'));

function* blocksOf(file) {
  const lines = readFileSync(new URL(file, root), 'utf8').split('\n');
  for (let line = 0; line < lines.length; ++line) {
    if (!lines[line].startsWith('```')) continue;
    const first = line + 1;
    const [language, ...about] = lines[line].slice(3).split(' ');
    while (lines[++line] !== '```') if (line >= lines.length) throw new Error(`${file}:${first}: a block without end`);
    const code = `${lines.slice(first, line).join('\n')}\n`;
    yield { file, line: first, language, runner: about.join(' ') || runnerOf(language, code), code };
  }
}

function runnerOf(language, code) {
  if (language === 'js') return /from 'node:/.test(code) ? 'node' : 'page';
  const runners = { console: 'shell', python: 'python', html: 'html', cpp: 'consumer', text: 'none', json: 'none' };
  return runners[language];
}

/** `{file, line, language, runner, code}` of each block. */
export const blocks = ['README.md', ...pages.map((name) => `docs/${name}`)].flatMap((file) => [...blocksOf(file)]);

/** The code with less work: one epoch, a second of sound. */
export const shortened = (code) =>
  code.replace(/(epochs:? )\d+/g, '$11').replace(/((?<![\w-])seconds:? )[\d.]+/gi, '$11');

if (process.argv[2]) {
  const block = blocks.find(({ file, language }) => file === 'README.md' && language === process.argv[2]);
  process.stdout.write(block.code);
}
