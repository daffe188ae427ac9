// The tables in docs/, between `<!-- facts: NAME -->` and `<!-- end of facts -->`.

import { readdir } from 'node:fs/promises';
import { codes } from '../errors.js';
import { analyser, features } from '../features.js';
import { config as imported } from '../import.js';
import * as mapping from '../mapping.js';
import * as phase from '../phase.js';
import * as player from '../player.js';
import { stft } from '../spectrum.js';
import { corpus, presets, trainer } from '../training.js';
import { camel, cliName, flat, inCamel, jsName, kebab } from './names.js';

const tables = {
  knobs: () =>
    table('name | range | default | unit | ', [
      ...[...player.dreamControls.rows, ...player.playerControls.rows, ...player.nodeControls].map((row) => [
        ...[code(row.name), range(row), String(row.fallback), row.unit, row.says],
      ]),
    ]),
  meter: () =>
    table(
      'of `meter` | unit | ',
      [...player.nodeMeter, ...player.meter.filter(({ node }) => node !== false)].map((row) => {
        return [code(jsName(row)), row.unit, row.says];
      }),
    ),
  'node phases': () =>
    table(
      '`phase` | phase reconstruction',
      Object.entries(phase.streamPresets).map(([name, { says }]) => [code(name), says]),
    ),
  'analyser options': () => optionTable(flat(analyser).filter(({ name }) => name !== 'sample_rate')),
  'stream options': () => optionTable(flat(phase.stream)),
  features: () =>
    table(
      'field | unit | ',
      features.map(({ name, unit, length, says }) => [
        ...[code(name), unit, length ? `${says}; \`[${length === 'bins' ? 'size / 2 + 1' : camel(length)}]\`` : says],
      ]),
    ),
  'training options': trainingTable,
  'phase presets': () =>
    table(
      'preset | stages | ',
      Object.entries(phase.presets).map(([name, { stages, says }]) => [
        code(name),
        stages.map(stageText).join(', '),
        says,
      ]),
    ),
  'import options': () =>
    table(
      'option | `lodestone` | values | default | meaning',
      flat(imported).map((row) => [
        ...[code(jsName(row)), code(cliName(row)), values(row), fallback(row.fallback), row.says],
      ]),
    ),
  regressions: () => meanings(mapping.regression),
  recognitions: () => meanings(mapping.recognition),
  'mapping options': () => optionTable([...flat(mapping.mapping), ...flat(mapping.examples)]),
  'error codes': () =>
    table(
      'code | what happened | what to do',
      codes.map(({ name, says, help }) => [code(kebab(name)), says, help]),
    ),
};

export async function files(read) {
  const names = (await readdir(new URL('../../docs', import.meta.url))).filter((name) => name.endsWith('.md'));
  return Promise.all(names.map(async (name) => [`docs/${name}`, fill(await read(`docs/${name}`))]));
}

const fill = (text) =>
  text.replace(
    /(<!-- facts: ([^\n]+) -->\n).*?(<!-- end of facts -->)/gs,
    (_, start, name, end) => start + tables[name]() + end,
  );

const table = (head, rows) =>
  [`| ${head} |`, `|${'---|'.repeat(head.split('|').length)}`, ...rows.map((row) => `| ${row.join(' | ')} |`), ''].join(
    '\n',
  );

const meanings = ({ values }) =>
  table(
    'name | ',
    Object.entries(values).map(([name, says]) => [code(name), says]),
  );

const optionTable = (rows) =>
  table(
    'option | values | default | meaning',
    rows.map((row) => [code(jsName(row)), values(row), fallback(row.fallback), inCamel(row.says)]),
  );

/** The defaults are those of the first preset. */
function trainingTable() {
  const [preferred, , classic] = Object.values(presets).map(({ settings }) => settings);
  const rows = [...flat(trainer), ...flat(corpus), ...flat(stft)].filter(({ js, name }, i, all) => {
    return js !== false && name !== 'sample_rate' && all.findIndex((row) => row.name === name) === i;
  });
  const ofClassic = ({ name, fallback }) => (name in classic ? classic[name] : fallback);
  return table(
    'option | values | default | `classic` | meaning',
    rows.map((row) => {
      const usual = row.name in preferred ? preferred[row.name] : row.fallback;
      const other = ofClassic(row) === usual ? '' : fallback(ofClassic(row));
      return [code(jsName(row)), values(row), fallback(usual), other, inCamel(row.says)];
    }),
  );
}

const code = (text) => `\`${text}\``;
const number = (value) =>
  value === Infinity ? '' : value >= 1e5 ? value.toLocaleString('en-US') : String(value).replace('-', '−');

function range({ range: [low, high] }) {
  return high === Infinity ? `${number(low)} or more` : `${number(low)} to ${number(high)}`;
}

function values(row) {
  if (row.kind === 'choice')
    return (row.only ?? Object.keys(row.of.values)).map((name) => code(kebab(name))).join(', ');
  if (row.kind === 'flag') return 'true, false';
  return row.unit ? `${range(row)} ${row.unit}` : range(row);
}

function fallback(value) {
  if (typeof value === 'string') return code(kebab(value));
  return Array.isArray(value) ? `[${value.join(', ')}]` : number(value);
}

function stageText({ method, ...settings }) {
  const { iterations, ...others } = settings;
  const more = Object.entries(others).map(([name, value]) => `${name} ${value}`);
  return `${kebab(method)}${iterations ? ` ${iterations}` : ''}${more.length > 0 ? ` (${more.join(', ')})` : ''}`;
}
