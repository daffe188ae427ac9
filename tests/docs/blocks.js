// The fenced code blocks of README.md and of docs/, for those who run them. As a program: prints the first block of that
// language in README.md, `node tests/docs/blocks.js cpp`.
//
// What runs a block follows from its language: `js` a page, or Node where it imports one of Node's modules; `console` a
// shell (lines that begin with "$ "); `python` Python; `html` a page; `cpp` tests/consumer. What begins
// with a language and `project` makes a project of that name, which tests/package builds. `text` and `json` are no code.
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

/** The code with less to do: one epoch, a second of sound. */
export const shortened = (code) =>
  code.replace(/(epochs:? )\d+/g, '$11').replace(/((?<![\w-])seconds:? )[\d.]+/gi, '$11');

if (process.argv[2]) {
  const block = blocks.find(({ file, language }) => file === 'README.md' && language === process.argv[2]);
  process.stdout.write(block.code);
}
