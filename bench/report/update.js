// Writes the committed part of a report: RESULTS.md, its charts and results.json.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { standalone } from './charts.js';
import { content } from './content.js';
import { markdownReport } from './markdown.js';

/**
 * @import { Report } from '../types.d.ts'
 * @import { Section } from './content.js'
 */

const bench = new URL('../', import.meta.url);

/**
 * Writes a report as Markdown with charts, and its figures as JSON.
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

/** @param {Report} report */
export const update = (report) => commit(report, content(report), place);
