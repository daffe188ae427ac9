// How inputs are mapped to outputs by demonstration.

import { choice, enumeration, flag, integer, list, real, seed, struct } from './kinds.js';

export const regression = enumeration('Regression', 'regressions', 'How an output is learned.', {
  kernel: 'kernel ridge regression with a Gaussian kernel: the mean of a Gaussian process, its variance the confidence',
  mlp: 'a network with one or two hidden layers of tanh units',
  linear: 'ridge regression on the inputs or, with `degree` 2, on their squares and products too',
});

export const recognition = enumeration('Recognition', 'recognitions', 'What a label stands for.', {
  nearest: 'a class of rows: the k nearest neighbours vote',
  gesture: 'a sequence of rows, spotted in the stream of inputs',
});

export const examples = struct('ExamplesConfig', 'examples', 'How many examples are kept.', [
  integer('capacity', 16384, [1, 1000000], 'rows', 'rows beyond it push out the oldest takes'),
]);

export const mapping = struct('MappingConfig', 'mapping', 'How a mapping is learned.', [
  choice('model', regression, 'kernel', 'how outputs are learned that do not choose themselves', { cli: false }),
  choice('recognition', recognition, 'nearest', 'what labels stand for', { cli: false }),
  list('layers', 'integer', [16], [1, 256], 'units', 'sizes of the one or two hidden layers of `mlp`'),
  integer('epochs', 1000, [1, 1000000], '', 'of `mlp`: passes over the examples at most'),
  integer(
    'patience',
    100,
    [1, 1000000],
    'epochs',
    'of `mlp`: training stops after this many without a lower held-out loss',
  ),
  real('learning_rate', 0.01, [1e-6, 1], '', 'of `mlp`: step size of Adam'),
  integer('degree', 1, [1, 2], '', 'of `linear`: 2 adds the squares and products of the inputs'),
  real('ridge', 1e-3, [1e-6, 1e6], '', 'of `linear`: weight of the squared coefficients, as a share of the rows'),
  integer('neighbours', 5, [1, 100], 'rows', 'of `nearest`: k, the rows that vote'),
  real('tolerance', 1, [0.01, 100], '', 'of labels: multiplies the distance within which an input is recognised'),
  flag('average', false, "of `gesture`: compares with the average of a label's takes instead of each of them"),
  seed('of the initial weights of `mlp` and what it holds out'),
]);
