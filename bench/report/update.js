// What is committed of a report: RESULTS.md, its charts, results.json and the README's table.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { standalone } from './charts.js';
import { content } from './content.js';
import { markdownReport, markdownTable } from './markdown.js';
import { targetsTable } from './tables.js';

/**
 * @import { Report, Target } from '../types.d.ts'
 * @import { Section } from './content.js'
 */

const bench = new URL('../', import.meta.url);
const readme = new URL('../README.md', bench);

/** The README's table stands between these. */
const markers = /(<!-- figures: .*-->\n)[^]*?(<!-- end of figures -->)/;

/** The README with the table of these figures in it. @param {string} text @param {{ command: string, targets: Target[] }} results */
export function withFigures(text, { command, targets }) {
  if (!markers.test(text)) throw new Error('README.md has no place for the figures');
  const table = markdownTable(targetsTable(targets));
  return text.replace(markers, (_, start, end) => `${start}\nMade by \`${command}\`:\n\n${table}\n\n${end}`);
}

/**
 * Writes a report to be committed: its Markdown and charts, and its figures as JSON.
 * @param {Report} report
 * @param {Section[]} sections
 * @param {{ title: string, name: string, results: string, folder: string }} place in bench/
 */
export async function commit(report, sections, { title, name, results, folder }) {
  const { command, started, machine, targets } = report;
  const charts = new URL(`${folder}/`, bench);
  await rm(charts, { recursive: true, force: true });
  await mkdir(charts, { recursive: true });
  for (const { name, svg } of sections.flatMap((section) => section.charts ?? [])) {
    await writeFile(new URL(`${name}.svg`, charts), `${standalone(svg)}\n`);
  }
  await writeFile(new URL(name, bench), markdownReport(report, sections, { title, folder }));
  await writeFile(new URL(results, bench), `${JSON.stringify({ command, started, machine, targets }, null, 2)}\n`);
}

const place = { title: 'Benchmarks', name: 'RESULTS.md', results: 'results.json', folder: 'charts' };

/** Writes all of it. @param {Report} report */
export async function update(report) {
  await commit(report, content(report), place);
  await writeFile(readme, withFigures(await readFile(readme, 'utf8'), report));
}
