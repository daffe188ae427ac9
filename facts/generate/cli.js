// The command line's side: rows of its tables, from which help, defaults and checks come.

import { dream } from '../dream.js';
import { config as imported } from '../import.js';
import { mapping } from '../mapping.js';
import { phase } from '../phase.js';
import { presets as phasePresets } from '../phase.js';
import { stft } from '../spectrum.js';
import { corpus, presets, trainer } from '../training.js';
import { cliName, flat, kebab, notice } from './names.js';

const values = { integer: 'N', number: 'X', seed: 'N', choice: 'NAME', flag: '' };
const kinds = { seed: 'integer', list: { integer: 'integers', number: 'numbers' } };

const preferred = Object.values(presets)[0].settings;

const tables = [
  ['stft_options', stft],
  ['corpus_options', corpus],
  ['trainer_options', trainer],
  ['dream_options', dream],
  ['phase_options', phase],
  ['import_options', imported],
  ['mapping_options', mapping],
];

export function files() {
  const text = `// ${notice}
#pragma once

#include "cli/arguments.hpp"
#include "facts/tables.hpp"

namespace lodestone::cli::facts {

// clang-format off

${tables.map(tableText).join('\n')}
inline constexpr std::string_view phase_presets = "${Object.keys(phasePresets).join('|')}";
inline constexpr std::string_view training_preset = "${Object.keys(presets)[0]}";
inline constexpr std::string_view training_presets = "${Object.keys(presets).join('|')}";
inline constexpr std::string_view training_presets_help =
    "${presetHelp()}";

// clang-format on

}  // namespace lodestone::cli::facts
`;
  return [['src/cli/facts.hpp', text]];
}

/** Each row points at the field that it sets; lists have none. */
function tableText([name, config]) {
  const fields = flat(config).filter(({ kind, local }) => kind !== 'list' && !local);
  const place = (row) => fields.findIndex(({ path }) => path === row.path);
  const rows = flat(config).filter((row) => row.cli !== false);
  const lines = rows.map((row) => {
    const field = row.kind === 'list' ? 'nullptr' : `&fields_of<${config.type}>[${place(row)}]`;
    return `    {${optionText(row, config)}, ${field}},\n`;
  });
  return `inline constexpr Option ${name}[] = {\n${lines.join('')}};`;
}

function optionText(row, config) {
  const kind = row.kind === 'list' ? kinds.list[row.of] : (kinds[row.kind] ?? row.kind);
  const value = row.cliValue ?? (row.kind === 'list' ? `${values[row.of]},${values[row.of]}` : values[row.kind]);
  const [low, high] = row.range ?? [0, 0];
  const choices = row.kind === 'choice' ? Object.keys(row.of.values).map(kebab).join('|') : '';
  const says = row.kind === 'flag' && row.fallback ? row.off : row.says.replaceAll('`', '');
  return `"${cliName(row)}", "${value}", Kind::${kind}, "${says}", "${fallbackOf(row, config)}", ${row.cliLow ?? low}, ${row.cliHigh ?? high}, "${choices}", "${row.unit ?? ''}"`;
}

/** A training's defaults are those of its default preset. */
function fallbackOf({ kind, name, fallback }, config) {
  if (kind === 'flag') return '';
  const isTraining = [stft, corpus, trainer].includes(config);
  return text(isTraining && name in preferred ? preferred[name] : fallback);
}

const text = (value) => (Array.isArray(value) ? value.join(',') : typeof value === 'string' ? kebab(value) : value);

/** What each preset does, and where it differs from the default one. */
function presetHelp() {
  const rows = [...flat(stft), ...flat(trainer), ...flat(corpus)];
  const base = Object.fromEntries(rows.map(({ name, fallback }) => [name, fallback]));
  return Object.entries(presets)
    .map(([name, { says, settings }]) => {
      const all = { ...base, ...settings };
      const different = rows.filter((row, i) => {
        return (
          rows.findIndex((one) => one.name === row.name) === i && all[row.name] !== { ...base, ...preferred }[row.name]
        );
      });
      const changes = different.map((row) =>
        row.kind === 'flag' ? cliName(row) : `${cliName(row)} ${text(all[row.name])}`,
      );
      return `${name}: ${says}${changes.length > 0 ? ` (${changes.join(' ')})` : ''}`;
    })
    .join('; ');
}
