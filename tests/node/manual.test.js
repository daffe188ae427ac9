// docs/playing.md lists everything that nodes have, with the ranges and defaults of the code.

import assert from 'node:assert/strict';
import test from 'node:test';
import { GeneratorNode } from '../../js/index.js';
import { settleGenerator } from '../../js/nodes/generator-options.js';
import { parameters } from '../../js/nodes/parameters.js';
import { analyserDefaults } from '../../js/options.js';
import { read } from './support.js';

const manual = read('docs/playing.md').toString();
const number = (value) => String(value).replace('-', '−');

test('the manual has every AudioParam with its range and default', () => {
  for (const { name, minValue, maxValue, defaultValue } of parameters) {
    const row = `| \`${name}\` | ${number(minValue)} to ${number(maxValue)} | ${number(defaultValue)} |`;
    assert.ok(manual.includes(row), row);
  }
});

test('the manual has every option', () => {
  const refusal = (attempt) => {
    try {
      attempt();
    } catch ({ message }) {
      return message;
    }
  };
  const [, known] = /options: (.*)$/.exec(refusal(() => settleGenerator({ nothing: 1 })));
  const analysis = Object.keys(analyserDefaults).filter((name) => name !== 'sampleRate'); // that of the context
  for (const name of [...known.split(', '), ...analysis]) assert.ok(manual.includes(`| \`${name}\``), name);
});

test('the manual has every method and property of a GeneratorNode', () => {
  const own = Object.getOwnPropertyNames(GeneratorNode.prototype).filter((name) => name !== 'constructor');
  for (const name of [...own, 'ready', 'engine', 'meter']) {
    assert.ok(manual.includes(`\`${name}\``) || manual.includes(`\`${name}(`), name);
  }
});
