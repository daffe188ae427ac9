// The C++ side: public headers with enumerations and structs, and the table that generic code reads and checks them by.

import * as dream from '../dream.js';
import * as errors from '../errors.js';
import * as features from '../features.js';
import * as imports from '../import.js';
import * as mapping from '../mapping.js';
import * as network from '../network.js';
import * as phase from '../phase.js';
import * as player from '../player.js';
import * as spectrum from '../spectrum.js';
import * as training from '../training.js';
import { configurations, enumerations } from './all.js';
import { flat, kebab, notice, rangeText, saysWithRange, wrap } from './names.js';

const types = {
  integer: 'int',
  knob: 'float',
  number: 'double',
  seed: 'std::uint32_t',
  flag: 'bool',
  reading: 'double',
};

/** Public headers: what they include and what they hold, in order. */
const headers = {
  errors: [[], errorCodes()],
  spectrum: [['lodestone/result.hpp'], spectrum.window, spectrum.framing, spectrum.stft],
  network: [['<vector>', 'lodestone/result.hpp'], network.scale, network.mode, network.network],
  training: [
    ['<cstdint>', '<vector>', 'lodestone/facts/network.hpp', 'lodestone/result.hpp'],
    ...[training.initialiser, training.training, training.ending, training.corpus, training.trainer],
    statusStruct(),
  ],
  phase: [['<vector>', 'lodestone/result.hpp'], phase.method, phase.stage, phase.phase, phase.stream],
  dream: [
    ['<cstdint>', '<vector>', 'lodestone/facts/network.hpp', 'lodestone/result.hpp'],
    ...[dream.start, dream.dream],
  ],
  player: [
    ['<cstdint>', 'lodestone/facts/network.hpp', 'lodestone/facts/phase.hpp'],
    ...[
      player.player,
      knobRange(),
      controls(player.dreamControls),
      controls(player.playerControls, ' : DreamControls'),
    ],
    ...meterStructs(),
  ],
  features: [['<cstddef>', 'lodestone/facts/spectrum.hpp'], features.analyser, featureLayout()],
  import: [['lodestone/facts/spectrum.hpp'], imports.format, imports.config],
  mapping: [['<cstdint>', '<vector>'], ...[mapping.regression, mapping.recognition, mapping.examples, mapping.mapping]],
};

export function files() {
  const written = Object.entries(headers).map(([name, [includes, ...things]]) => {
    const content = things.map((thing) => (typeof thing === 'string' ? thing : print(thing)));
    return [`include/lodestone/facts/${name}.hpp`, page(includes, content.join('\n'))];
  });
  return [...written, ['src/facts/tables.hpp', tablesPage()]];
}

const page = (includes, content) => `// ${notice}
#pragma once
${includeLines(includes)}
namespace lodestone {

${content}
}  // namespace lodestone
`;

function includeLines(includes) {
  const system = includes.filter((name) => name.startsWith('<')).map((name) => `#include ${name}\n`);
  const own = includes.filter((name) => !name.startsWith('<')).map((name) => `#include "${name}"\n`);
  return [system, own]
    .filter((list) => list.length > 0)
    .map((list) => `\n${list.join('')}`)
    .join('');
}

const print = (thing) => (thing.values ? enumText(thing) : structText(thing));

function enumText({ type, says, values }) {
  const lines = Object.entries(values).map(([name, words]) => [`${name},`, words]);
  return `${wrap(says, '///')}\nenum class ${type} {\n${commented(lines)}};\n`;
}

function structText({ type, says, more, rows, members = '', before = '', base = '' }) {
  const about = wrap([says, more].filter(Boolean).join(' '), '///');
  const fields = commented(rows.map((row) => [`${typeOf(row)} ${row.name}${valueOf(row)};`, saysWithRange(row)]));
  return `${about}\nstruct ${type}${base} {\n${before}${fields}${members && `${members}\n`}};\n`;
}

/** Lines of code with comments after them, laid out as clang-format does it. */
function commented(lines) {
  const width = Math.max(...lines.map(([code]) => code.length)) + 4;
  const margin = `${' '.repeat(width)}///<`;
  return lines
    .map(([code, words]) => `${wrap(words, `  ${code}`.padEnd(width) + '///<', margin.replace('<', ''))}\n`)
    .join('');
}

function typeOf({ kind, type, of }) {
  if (kind === 'list') return `std::vector<${types[of]}>`;
  return type ?? types[kind] ?? of.type;
}

function valueOf({ kind, fallback, of }) {
  if (kind === 'reading') return '';
  if (kind === 'part') return '{}';
  if (kind === 'list') return `{${fallback.join(', ')}}`;
  return ` = ${kind === 'choice' ? `${of.type}::${fallback}` : fallback}`;
}

function errorCodes() {
  const lines = errors.codes
    .filter(({ number }) => number)
    .map(({ name, number, says }) => [`${name} = ${number},`, says]);
  return `/// Why a call failed. The numbers are the status codes of the C ABI and never change.
enum class ErrorCode : int {\n${commented(lines)}};\n`;
}

function statusStruct() {
  const { type, says, rows } = training.status;
  return structText({ type, says, rows: rows.map(([name, words]) => ({ kind: 'reading', name, says: words })) });
}

/** Knobs are consecutive floats that the host of a module writes. */
function controls({ type, says, rows }, base) {
  const ranges = rows.map(({ name, range: [low, high], fallback }) => {
    return `inline constexpr KnobRange ${name}{${low}, ${high}, ${fallback}};\n`;
  });
  const more = 'Read at the start of each hop, and clamped to their ranges then.';
  return `namespace knobs {
${ranges.join('')}}  // namespace knobs

${structText({ type, says, more, rows, base, members: base ? '' : clampedMember(type, rows) })}`;
}

function clampedMember(type, rows) {
  const lines = rows.map(({ name }) => `    result.${name} = knobs::${name}.nearest(${name});\n`);
  return `
  ${type} clamped() const {
    ${type} result;
${lines.join('')}    return result;
  }`;
}

function knobRange() {
  return `/// The range of a knob and its default.
struct KnobRange {
  float low, high, fallback;

  /// The value, clamped; the default for NaN. Tiny values become 0: denormal numbers are slow.
  constexpr float nearest(float value) const {
    if (value != value) return fallback;
    if (value > -1e-6f && value < 1e-6f) value = 0;
    return value < low ? low : value > high ? high : value;
  }
};
`;
}

function meterStructs() {
  const latency = 'Output samples from a change of a control to its effect; `smoothing` adds to it.';
  return [
    structText({ type: 'Latency', says: latency, rows: player.latency }),
    structText({
      ...{ type: 'PlayerMeter', says: 'What a player reports.', before: '  Latency latency;\n', rows: player.meter },
    }),
  ];
}

function featureLayout() {
  const numbers = features.features.filter(({ length }) => !length);
  const lists = features.features.filter(({ length }) => length);
  const places = numbers.map(({ name, formula }, i) => {
    return `${wrap(formula, '  ///')}\n  static constexpr std::size_t ${name} = ${i};\n`;
  });
  const functions = lists.map(({ name, formula }, i) => {
    const head = i === 0 ? `static constexpr std::size_t ${name}()` : `std::size_t ${name}() const`;
    const place = i === 0 ? numbers.length : `${lists[i - 1].name}() + ${lists[i - 1].length}`;
    return `${wrap(formula, '  ///')}\n  ${head} { return ${place}; }\n`;
  });
  const last = lists.at(-1);
  return `/// Where each feature stands in a frame, a flat list of floats. m[k] is the magnitude |S[k]| of bin k at the frequency
/// f[k] = k·sample_rate/size, S as in Stft; x[n] are the frame's samples. Sums run over all bins, DC to Nyquist.
struct FeatureLayout {
${places.join('')}
  std::size_t bins, mel_bands, coefficients;

${functions.join('')}  /// Floats in a frame.
  std::size_t size() const { return ${last.name}() + ${last.length}; }
};
`;
}

function tablesPage() {
  const named = enumerations.filter((one) => one !== training.ending); // only reported, as a number
  const includes = ['<array>', '<cstddef>', '<string_view>', 'facts/fields.hpp'].concat(
    Object.keys(headers)
      .sort()
      .map((name) => `lodestone/facts/${name}.hpp`),
  );
  const content = [
    ...named.map(namesText),
    ...[...configurations, network.network].map(tableText),
    phasePresetTexts(),
    trainingPresetTexts(),
  ].join('\n');
  return page(includes, `// clang-format off\n\n${content}\n// clang-format on\n`);
}

function namesText({ type, values }) {
  const names = Object.keys(values).map((name) => `"${kebab(name)}"`);
  return `template <> inline constexpr auto names_of<${type}> = std::to_array<std::string_view>({${names.join(', ')}});`;
}

/** Lists go beside the table; what is `local` is not passed through the C ABI. */
function tableText(config) {
  const rows = flat(config).filter(({ kind, local }) => kind !== 'list' && !local);
  const lines = rows.map((row) => {
    const kind = row.type === 'float' ? 'single' : row.kind;
    const [low, high] = limits(row);
    const names = kind === 'choice' ? `, names_of<${row.of.type}>` : '';
    return `    {"${row.name}", "${allowedText(row)}", ${low}, ${high}, offsetof(${config.type}, ${row.path}), Field::Kind::${kind}${names}},\n`;
  });
  return `template <> inline constexpr auto fields_of<${config.type}> = std::to_array<Field>({\n${lines.join('')}});`;
}

/** `checked` false: any number of that type. */
function limits({ kind, range, checked, of }) {
  if (kind === 'flag') return [0, 1];
  if (kind === 'choice') return [0, Object.keys(of.values).length - 1];
  if (checked === false) return kind === 'integer' ? [-2147483648, 2147483647] : ['-kAnyNumber', 'kAnyNumber'];
  return range.map((end) => (end === Infinity ? 'kAnyNumber' : end));
}

function allowedText(row) {
  if (row.checked === false) return row.kind === 'integer' ? 'whole numbers' : 'numbers';
  if (row.allowed) return row.allowed;
  if (row.range) return rangeText(row);
  return limits(row).join(' to ');
}

function phasePresetTexts() {
  const stage = (fields) => {
    const values = Object.entries(fields).map(([name, value]) => {
      return `.${name} = ${name === 'method' ? `PhaseMethod::${value}` : value}`;
    });
    return `{${values.join(', ')}}`;
  };
  const lists = Object.entries(phase.presets).map(([name, { stages }]) => {
    return `    {"${name}", {{${stages.map(stage).join(', ')}}}, ${stages.length}},\n`;
  });
  const streams = Object.entries(phase.streamPresets).map(([name, { settings }]) => {
    return `    {"${name}", ${stage(settings)}},\n`;
  });
  const most = Math.max(...Object.values(phase.presets).map(({ stages }) => stages.length));
  return `struct PhasePreset {
  std::string_view name;
  std::array<PhaseStage, ${most}> stages;
  std::size_t count;
};
inline constexpr std::string_view kPhasePresetNames[] = {${Object.keys(phase.presets)
    .map((name) => `"${name}"`)
    .join(', ')}};
inline constexpr PhasePreset kPhasePresets[] = {\n${lists.join('')}};
struct PhaseStreamPreset {
  std::string_view name;
  PhaseStreamConfig config;
};
inline constexpr PhaseStreamPreset kPhaseStreamPresets[] = {\n${streams.join('')}};
`;
}

/** What each preset changes: fields of the STFT, the corpus or the trainer, by name. */
function trainingPresetTexts() {
  const rows = [spectrum.stft, training.corpus, training.trainer].flatMap(flat);
  const value = ([name, value]) => {
    const { kind, of } = rows.find((row) => row.name === name);
    return `{"${name}", ${kind === 'choice' ? Object.keys(of.values).indexOf(value) : Number(value)}}`;
  };
  const presets = Object.entries(training.presets).map(([name, { settings }]) => {
    return `    {"${name}", {{${Object.entries(settings).map(value).join(', ')}}}},\n`;
  });
  const most = Math.max(...Object.values(training.presets).map(({ settings }) => Object.keys(settings).length));
  return `struct Setting {
  std::string_view field;
  double value;
};
struct TrainingPreset {
  std::string_view name;
  std::array<Setting, ${most}> settings;
};
inline constexpr TrainingPreset kTrainingPresets[] = {\n${presets.join('')}};
inline constexpr std::string_view kTrainingPresetNames[] = {${Object.keys(training.presets)
    .map((name) => `"${name}"`)
    .join(', ')}};
`;
}
