// The report as Markdown, with charts in separate files.

/**
 * @import { Report, Table } from '../types.d.ts'
 * @import { Section } from './content.js'
 */

const cell = (/** @type {unknown} */ value) =>
  String(value ?? '')
    .replaceAll('|', '\\|')
    .replaceAll('\n', ' ');

/** @param {Table} table */
export function markdownTable({ title, columns, rows }) {
  const row = (/** @type {unknown[]} */ cells) => `| ${cells.map(cell).join(' | ')} |`;
  const lines = [row(columns), `|${' --- |'.repeat(columns.length)}`, ...rows.map(row)];
  return [...(title ? [`**${title}**`, ''] : []), ...lines].join('\n');
}

/** @param {Section} section @param {string} folder of the charts, relative to the report */
const markdownSection = ({ title, text = [], tables = [], charts = [] }, folder) =>
  [
    `## ${title}`,
    ...text,
    ...charts.map((chart) => `![${chart.title}](${folder}/${chart.name}.svg)`),
    ...tables.map(markdownTable),
  ].join('\n\n');

/** @param {Report} report @param {Section[]} sections @param {{ title?: string, folder?: string }} [place] */
export function markdownReport(
  { command, started, seconds },
  sections,
  { title = 'Benchmarks', folder = 'charts' } = {},
) {
  const day = started.slice(0, 10);
  return `# ${title}

Made by \`${command}\` on ${day} in ${Math.round(seconds / 60)} minutes. [README.md](README.md) says how to run it
and why some targets were missed.

${sections.map((section) => markdownSection(section, folder)).join('\n\n')}
`;
}
