// Prints the first fenced block of that language in README.md: node tests/readme/extract.js cpp
import { readFileSync } from 'node:fs';

const language = process.argv[2];
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const block = readme.match(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm'));
if (!block) throw new Error(`README.md has no \`\`\`${language} block`);
process.stdout.write(block[1]);
