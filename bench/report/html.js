// The report as a single self-contained page.
import { isAnalysed } from '../analysis.js';
import { chartStyle } from './charts.js';
import { content, warmUp } from './content.js';
import { detailsTable } from './tables.js';
import { escape } from './text.js';

/**
 * @import { Report, Table } from '../types.d.ts'
 * @import { Section } from './content.js'
 */

const style = `${chartStyle}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:60rem;margin:2rem auto;padding:0 1rem}
h1,h2,h3{line-height:1.2}h2{margin-top:2.5rem}.scroll{overflow-x:auto}summary{cursor:pointer}
table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums;margin:1rem 0}
caption{text-align:left;font-weight:600;padding:.3rem 0}
th,td{text-align:left;padding:.25rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
td.figure{white-space:nowrap;text-align:right}
svg.chart{display:block;margin:1rem 0}`;

/** @param {Table} table */
function htmlTable({ title, columns, rows }) {
  const isFigure = (/** @type {unknown} */ cell) => /^[\d.,]+ ?[a-zµ]*$/.test(String(cell));
  const row = (/** @type {string} */ tag, /** @type {unknown[]} */ cells) =>
    `<tr>${cells.map((cell) => `<${tag}${isFigure(cell) ? ' class="figure"' : ''}>${escape(cell ?? '')}</${tag}>`).join('')}</tr>`;
  const caption = title && `<caption>${escape(title)}</caption>`;
  return `<div class="scroll"><table>${caption}<thead>${row('th', columns)}</thead><tbody>${rows.map((cells) => row('td', cells)).join('')}</tbody></table></div>`;
}

/** @param {Section} section */
const htmlSection = ({ title, text = [], tables = [], charts = [] }) =>
  [
    `<h2>${escape(title)}</h2>`,
    ...text.map((paragraph) => `<p>${escape(paragraph)}</p>`),
    ...charts.map(({ svg }) => svg),
    ...tables.map(htmlTable),
  ].join('\n');

/** All series of all workloads, collapsed. @param {Report} report */
function details({ series }) {
  const analysed = series.filter(isAnalysed);
  const workloads = [...new Set(analysed.map(({ workload }) => workload))];
  const blocks = workloads.map((workload) => {
    const all = analysed.filter((one) => one.workload === workload);
    const table = htmlTable(detailsTable('', all));
    return `<details><summary>${escape(workload)}</summary>${table}${warmUp(workload, all).svg}</details>`;
  });
  return `<h2>Every workload</h2>\n${blocks.join('\n')}`;
}

/**
 * The page of any report.
 * @param {string} title
 * @param {Report} report
 * @param {Section[]} sections
 * @param {string} [more] HTML after them
 */
export function htmlPage(title, { command, started, seconds }, sections, more = '') {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(title)}</title>
<style>${style}</style>
<h1>${escape(title)}</h1>
<p><code>${escape(command)}</code>, started ${escape(started)}, took ${(seconds / 60).toFixed(1)} minutes.</p>
${sections.map(htmlSection).join('\n')}
${more}
</html>
`;
}

/** @param {Report} report */
export const htmlReport = (report) => htmlPage('Lodestone: benchmarks', report, content(report), details(report));
