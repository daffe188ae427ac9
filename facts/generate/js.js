// The JavaScript side: js/facts.js with what JavaScript needs at run time, and types in comments, which bundlers drop.

import * as dream from '../dream.js';
import * as errors from '../errors.js';
import * as features from '../features.js';
import * as imports from '../import.js';
import * as mapping from '../mapping.js';
import * as phase from '../phase.js';
import * as player from '../player.js';
import * as spectrum from '../spectrum.js';
import * as training from '../training.js';
import { configurations, enumerations } from './all.js';
import { camel, flat, inCamel, jsName, kebab, notice, saysWithRange, wrap } from './names.js';

export function files() {
  const text = [
    `// ${notice}`,
    ...enumerations.filter(isSharedName).map(({ js, values }) => `const ${js} = ${JSON.stringify(namesOf(values))};`),
    `export const names = { ${enumerations
      .filter(isSharedName)
      .map(({ js }) => js)
      .join(', ')} };`,
    `/** Kind and default of each option: a kind, or the names of an enumeration.
 * @typedef {Record<string, [kind: string | string[], fallback: any]>} Facts */`,
    typedef('StftOptions', spectrum.stft.says, flat(spectrum.stft)),
    typedef('TrainerOptions', training.trainer.says, unique([...flat(training.trainer), ...flat(training.corpus)])),
    typedef('PhaseStage', phase.stage.says, flat(phase.stage)),
    typedef('PhaseSettings', phase.phase.says, flat(phase.phase)),
    typedef('PhaseStreamOptions', phase.stream.says, flat(phase.stream)),
    typedef('DreamOptions', dream.dream.says, flat(dream.dream)),
    typedef('PlayerOptions', player.player.says, flat(player.player)),
    typedef('AnalyserOptions', features.analyser.says, flat(features.analyser)),
    typedef('ImportOptions', imports.config.says, flat(imports.config)),
    ...configurations.filter(isShared).map((config) => tableText(config)),
    ...presetTexts(),
    ...knobTexts(),
    ...featureTexts(),
    statusType(),
    errorTexts(),
  ];
  return [
    ['js/facts.js', text.join('\n\n')],
    ['js/training/facts.js', trainingTexts().join('\n\n')],
    ['js/mapping/facts.js', mappingTexts().join('\n\n')],
  ];
}

/** What only training or mapping needs is in a file of its own, which a page that only plays does not load. */
const isShared = (config) => ![training.corpus, training.trainer, mapping.examples, mapping.mapping].includes(config);
const isSharedName = (one) => ![mapping.regression, mapping.recognition].includes(one);

function mappingTexts() {
  const enums = [mapping.regression, mapping.recognition];
  return [
    `// ${notice}`,
    `/** @typedef {import('../facts.js').Facts} Facts */`,
    ...enums.map(({ js, values }) => `export const ${js} = ${JSON.stringify(namesOf(values))};`),
    typedef('ExamplesOptions', mapping.examples.says, flat(mapping.examples)),
    typedef('MappingOptions', mapping.mapping.says, flat(mapping.mapping)),
    ...[mapping.examples, mapping.mapping].map((config) => tableText(config)),
  ];
}

function trainingTexts() {
  const settings = Object.entries(training.presets).map(([name, { says, settings }]) => {
    return `/** ${says} */ ${name}: { ${settingsText(settings)} }`;
  });
  return [
    `// ${notice}`,
    `import { names } from '../facts.js';`,
    `/** @typedef {import('../facts.js').Facts} Facts */`,
    ...[training.corpus, training.trainer].map((config) => tableText(config, 'names.')),
    `/** Ready-made settings for \`Magnet.train\`; docs/quality.md has the measurements.
 * @type {Record<string, import('../facts.js').StftOptions & import('../facts.js').TrainerOptions>} */
export const trainingPresets = { ${settings.join(', ')} };`,
    `/** In the order of TrainingStatus. */
export const statusNames = ${JSON.stringify(training.status.rows.map(([name]) => camel(name)))};`,
  ];
}

const namesOf = (values) => Object.keys(values).map(kebab);
const quoted = (names) => names.map((name) => `'${name}'`).join(' | ');
const literal = (value) => (typeof value === 'string' ? `'${kebab(value)}'` : JSON.stringify(value));
const unique = (rows) => rows.filter(({ name }, i) => rows.findIndex((row) => row.name === name) === i);

/** Rows that JavaScript has. */
const known = (rows) => rows.filter(({ js }) => js !== false);

function typedef(type, says, rows) {
  const properties = known(rows).map((row) => {
    return property(
      typeOf(row),
      `[${jsName(row)}]`,
      `${inCamel(saysWithRange(row))}; default ${literal(row.fallback)}`,
    );
  });
  return `/**\n${wrap(says, ' *')}\n * @typedef {object} ${type}\n${properties.join('\n')}\n */`;
}

const property = (type, name, says) => wrap(`@property {${type}} ${name} ${says}`, ' *', ' *  ');

function typeOf({ kind, of, only }) {
  if (kind === 'choice') return quoted(only ?? namesOf(of.values));
  if (kind === 'flag') return 'boolean';
  return kind === 'list' ? 'number[]' : 'number';
}

function tableText(config, names = '') {
  const rows = known(flat(config)).map((row) => {
    const kind = row.kind === 'choice' ? names + row.of.js : `'${row.kind}'`;
    return `${jsName(row)}: [${kind}, ${literal(row.fallback)}]`;
  });
  return `/** @satisfies {Facts} */ export const ${config.js} = /** @type {const} */ ({ ${rows.join(', ')} });`;
}

function presetTexts() {
  const streams = Object.entries(phase.streamPresets).map(([name, { says, settings }]) => {
    return `/** ${says} */ ${name}: { ${settingsText(settings)} }`;
  });
  return [
    `/** @typedef {${quoted(Object.keys(phase.presets))}} PhasePreset ready-made stages, see docs/phase.md */
export const phasePresets = ${JSON.stringify(Object.keys(phase.presets))};`,
    `/** @typedef {${quoted(Object.keys(phase.streamPresets))}} LivePhase how a node finds phases */`,
    `/** @type {Record<LivePhase, PhaseStreamOptions>} */ export const livePhases = { ${streams.join(', ')} };`,
  ];
}

const settingsText = (values) =>
  Object.entries(values)
    .map(([name, value]) => `${camel(name)}: ${literal(value)}`)
    .join(', ');

function knobTexts() {
  const core = [...player.dreamControls.rows, ...player.playerControls.rows];
  const all = [...core, ...player.nodeControls];
  const rows = all.map(({ name, range: [low, high], fallback, rate }) => {
    return `['${name}', ${low}, ${high}, ${fallback}${rate ? `, '${rate}'` : ''}]`;
  });
  const says = all.map((row) => wrap(`- \`${row.name}\`: ${saysWithRange(row)}; default ${row.fallback}`, ' *'));
  const latency = player.latency.map(({ name }) => camel(`latency_${name}`));
  const reported = player.meter.map(jsName);
  const node = [...player.nodeMeter, ...player.meter.filter(({ node }) => node !== false)];
  return [
    `/**
 * The knobs of a GeneratorNode: name, minimum, maximum, default. The node reads them once per hop, \`a-rate\` ones for
 * every sample:
${says.join('\n')}
 * @type {[name: string, low: number, high: number, fallback: number, rate?: 'a-rate'][]} */
export const knobs = [${rows.join(', ')}];`,
    `/** What can be set while a player plays, in the order of PlayerControls. */
export const controlNames = ${JSON.stringify(core.map(jsName))};`,
    `/** What a player reports, in the order of PlayerMeter; the latencies in output samples. */
export const meterNames = ${JSON.stringify([...latency, ...reported])};`,
    `/**\n${wrap('How a node is doing; updated twice a second.', ' *')}\n * @typedef {object} GeneratorMeter
${node.map((row) => property('number', jsName(row), row.unit ? `${row.unit}; ${row.says}` : row.says)).join('\n')}\n */`,
    `/**\n${wrap('Samples of the context from a change to its effect.', ' *')}\n * @typedef {object} Latency
${player.latency.map((row) => property('number', jsName(row), row.says)).join('\n')}\n */`,
  ];
}

function featureTexts() {
  const rows = features.features.map(({ name, length }) => `${name}: ${length ? `'${camel(length)}'` : 1}`);
  const properties = features.features.map(({ name, unit, length, says }) => {
    return property(length ? 'Float32Array' : 'number', name, `${unit}; ${says}`);
  });
  return [
    `/** The features of a frame in their order, and how many numbers each has. */
export const features = /** @type {const} */ ({ ${rows.join(', ')} });`,
    `/**\n${wrap('Where each feature is in a frame: its place, or the place and length of a list.', ' *')}
 * @typedef {{length: number} & Record<${quoted(features.features.filter(({ length }) => !length).map(({ name }) => name))}, number> &
 *   Record<${quoted(features.features.filter(({ length }) => length).map(({ name }) => name))}, [number, number]>} FeatureLayout */`,
    `/**\n${wrap('What a SpectrumNode measures; FeatureLayout in C++ has the formulas.', ' *')}
 * @typedef {object} SpectrumFrame\n${properties.join('\n')}\n */`,
  ];
}

function statusType() {
  const { rows } = training.status;
  const properties = rows.map(([name, says, type]) => property(type ?? 'number', camel(name), says));
  return `/**\n * The progress of a training.\n * @typedef {object} TrainingStatus\n${properties.join('\n')}\n */`;
}

function errorTexts() {
  const says = errors.codes.map(({ name, says }) => wrap(`- \`${kebab(name)}\`: ${says}`, ' *'));
  const numbered = errors.codes.filter(({ number }) => number).map(({ name }) => `'${kebab(name)}'`);
  return `/**\n * Why something failed, for programs:\n${says.join('\n')}
 * @typedef {${quoted(errors.codes.map(({ name }) => kebab(name)))}} LodestoneErrorCode\n */

/** By their numbers in the C ABI, from 1. */
export const errorCodes = /** @type {const} */ ([${numbered.join(', ')}]);`;
}
