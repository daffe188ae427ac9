// Charts as SVG text. Their colours come from CSS, so they follow the reader's light or dark colour scheme.
import { extent } from 'd3-array';
import { scaleLinear, scaleLog } from 'd3-scale';
import { escape, short } from './text.js';

/** @import { Chart } from '../types.d.ts' */

const light = ['#2a78d6', '#c8501f', '#12855f', '#8a5fc7', '#b07a00', '#c2457e', '#4d6b00', '#5c6670'];
const dark = ['#5a9ff0', '#f07a48', '#2fc490', '#b08df0', '#e0a92e', '#f07fb0', '#9dc044', '#9aa5b1'];
const colours = (/** @type {string[]} */ list) => list.map((colour, i) => `--s${i}:${colour}`).join(';');

/** For a page with charts, or inside a chart that stands alone. */
export const chartStyle = `
:root{color-scheme:light dark;--ink:#1c2024;--quiet:#5b646d;--line:#d5dadf;--paper:#fff;${colours(light)}}
@media(prefers-color-scheme:dark){:root{--ink:#e8eaed;--quiet:#a3acb5;--line:#3b424a;--paper:#16191d;${colours(dark)}}}
svg.chart{font:12px system-ui,sans-serif;max-width:100%;height:auto}
.chart text{fill:var(--ink)}.chart .quiet{fill:var(--quiet)}
.chart .grid{stroke:var(--line)}.chart .axis{stroke:var(--quiet)}.chart .interval{stroke:var(--ink);stroke-width:1.5}
.chart .curve{fill:none;stroke-width:1.75;stroke-linejoin:round}
${light.map((_, i) => `.chart .f${i}{fill:var(--s${i})}.chart .l${i}{stroke:var(--s${i})}`).join('')}`;

const dashes = ['', '6 3', '2 3'];
const width = 760;

/** @param {number} height @param {string} title @param {string} body */
function svg(height, title, body) {
  const name = escape(title);
  const size = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`;
  return `<svg class="chart" xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${name}"><title>${name}</title>${body}</svg>`;
}

/** The chart as a separate file. @param {string} chart */
export const standalone = (chart) =>
  chart.replace(
    '</title>',
    `</title><style>${chartStyle}</style><rect width="100%" height="100%" fill="var(--paper)"/>`,
  );

const at = (/** @type {number} */ value) => value.toFixed(1);

/** @param {number} x @param {number} y @param {string} content */
const text = (x, y, content, { anchor = 'start', quiet = false } = {}) =>
  `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}"${quiet ? ' class="quiet"' : ''}>${escape(content)}</text>`;

/** @param {string} kind @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 */
const line = (kind, x1, y1, x2, y2) =>
  `<line class="${kind}" x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}"/>`;

/** At most `count` of the round numbers of a logarithmic scale. @param {import('d3-scale').ScaleLogarithmic<number, number>} scale */
function logTicks(scale, count = 8) {
  const fine = scale
    .ticks(count)
    .filter((tick) => [1, 2, 5].includes(Math.round(tick / 10 ** Math.floor(Math.log10(tick) + 1e-9))));
  const powers = fine.filter((tick) => Number.isInteger(Number(Math.log10(tick).toFixed(9))));
  const ticks = fine.length <= count || powers.length < 2 ? fine : powers;
  return ticks.filter((_, i) => i % Math.ceil(ticks.length / count) === 0);
}

/**
 * Ratios as horizontal bars from 1, on a logarithmic scale, with their intervals.
 * @param {{ title: string, rows: { label: string, value: number, low: number, high: number, group?: number }[] }} chart group: colour
 */
export function ratioBars({ title, rows }) {
  const [left, right, top, rowHeight] = [
    Math.min(300, 24 + 7 * Math.max(...rows.map(({ label }) => label.length))),
    60,
    34,
    22,
  ];
  const height = top + rows.length * rowHeight + 26;
  const bottom = height - 22;
  const values = rows.flatMap(({ low, high, value }) => [low, high, value]);
  const domain = [Math.min(1, ...values) / 1.1, Math.max(1, ...values) * 1.1];
  const x = scaleLog(domain, [left, width - right]);
  const ticks = logTicks(x).map((tick) => {
    return (
      line('grid', x(tick), top - 6, x(tick), bottom) +
      text(x(tick), height - 6, short(tick), { anchor: 'middle', quiet: true })
    );
  });
  const bars = rows.map(({ label, value, low, high, group = 0 }, i) => {
    const y = top + i * rowHeight;
    const [from, to] = [Math.min(x(1), x(value)), Math.max(x(1), x(value))];
    return [
      text(left - 8, y + 12, label, { anchor: 'end' }),
      `<rect class="f${group}" x="${at(from)}" y="${y + 2}" width="${at(Math.max(1, to - from))}" height="13" rx="2"/>`,
      line('interval', x(low), y + 8.5, x(high), y + 8.5),
      text(Math.max(x(high), x(1)) + 5, y + 12, short(value)),
    ].join('');
  });
  const body = [text(0, 14, title), ...ticks, ...bars, line('axis', x(1), top - 6, x(1), bottom)].join('');
  return svg(height, title, body);
}

/** @param {[number, number]} domain @param {[number, number]} range @param {boolean} [log] */
function axis([low, high], range, log) {
  if (log) {
    const scale = scaleLog([low, high > low ? high : 2 * low], range);
    return { scale, ticks: logTicks(scale) };
  }
  const scale = scaleLinear([low, high > low ? high : low + 1], range).nice(6);
  return { scale, ticks: scale.ticks(6) };
}

/** Positions of a legend's entries, as many in a row as fit. @param {string[]} names */
function legend(names, top = 30) {
  let [x, y] = [0, top];
  const entries = names.map((name, i) => {
    const size = 34 + 7 * name.length;
    if (x + size > width) [x, y] = [0, y + 18];
    const entry = `<line class="curve l${i % light.length}" stroke-dasharray="${dash(i)}" x1="${x}" x2="${x + 20}" y1="${y}" y2="${y}"/>`;
    const drawn = entry + text(x + 25, y + 4, name);
    x += size;
    return drawn;
  });
  return { body: entries.join(''), bottom: y };
}

const dash = (/** @type {number} */ i) => dashes[Math.floor(i / light.length) % dashes.length];

/** Curves over a linear or logarithmic axis. @param {Chart} chart */
export function curves({ title, x, y, series }) {
  const shown = series.map(({ points }) => points.filter(([a, b]) => (!x.log || a > 0) && (!y.log || b > 0)));
  const all = shown.flat();
  if (all.length === 0) return svg(40, title, text(0, 14, `${title}: no data`));
  const names = legend(series.map(({ name }) => name));
  const [left, right, top, bottom] = [64, width - 14, names.bottom + 30, names.bottom + 270];
  const domain = (/** @type {0 | 1} */ i) => /** @type {[number, number]} */ (extent(all, (point) => point[i]));
  const across = axis(domain(0), [left, right], x.log);
  const up = axis(domain(1), [bottom, top], y.log);
  const body = [
    text(0, 14, title),
    names.body,
    ...across.ticks.map((tick) => {
      const position = across.scale(tick);
      return (
        line('axis', position, bottom, position, bottom + 4) +
        text(position, bottom + 18, short(tick), { anchor: 'middle', quiet: true })
      );
    }),
    ...up.ticks.map((tick) => {
      const position = up.scale(tick);
      return (
        line('grid', left, position, right, position) +
        text(left - 6, position + 4, short(tick), { anchor: 'end', quiet: true })
      );
    }),
    line('axis', left, bottom, right, bottom),
    text(0, top - 10, y.label, { quiet: true }),
    text(right, bottom + 36, x.label, { anchor: 'end', quiet: true }),
    ...shown.map((points, i) => {
      const path = points.map(([a, b]) => `${at(across.scale(a))},${at(up.scale(b))}`).join(' ');
      return `<polyline class="curve l${i % light.length}" stroke-dasharray="${dash(i)}" points="${path}"/>`;
    }),
  ].join('');
  return svg(bottom + 42, title, body);
}
