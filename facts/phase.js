// Phase reconstruction.

import { choice, enumeration, integer, real, struct } from './kinds.js';

export const method = enumeration('PhaseMethod', 'methods', 'One way to find or improve phases.', {
  nofuture: 'LWS, each frame from its left neighbours alone (Le Roux et al. 2010b)',
  online: 'LWS with look-ahead (Zhu et al. 2007, Le Roux et al. 2010b)',
  batch: 'LWS, sweeps over all frames (Le Roux et al. 2010a)',
  griffin_lim: 'Griffin & Lim 1984; with momentum: fast Griffin-Lim (Perraudin et al. 2013)',
  pghi: 'phase gradient heap integration (Průša et al. 2017); replaces any existing phases',
  spsi: 'single-pass spectrogram inversion (Beauregard et al. 2015); replaces any existing phases',
});

const notNegative = { allowed: '0 or more' };
const sparsity = [
  real(
    'alpha',
    1,
    [0, Infinity],
    '',
    'LWS updates bins above alpha·exp(−beta·i^gamma)·mean; 0: every bin',
    notNegative,
  ),
  real('beta', 0.1, [0, Infinity], '', 'see alpha', notNegative),
  real('gamma', 1, [0, Infinity], '', 'see alpha', notNegative),
];
const weightRange = integer('weight_range', 5, [1, 64], '', 'L: bins to each side that LWS weighs', {
  allowed: '1 to 64',
});

export const stage = struct('PhaseStage', 'stage', 'One way to find or improve phases, and how long to run it.', [
  choice('method', method, 'batch', 'how phases are found or improved', { js: 'method' }),
  integer('iterations', 1, [1, 10000], '', 'passes; pghi and spsi have one'),
  ...sparsity,
  real('momentum', 0, [0, 2], '', 'of Griffin-Lim'),
]);

export const phase = struct(
  'PhaseConfig',
  'phase',
  'A list of stages, in order, from zero phase (S = A + 0i) unless a start is given.',
  [integer('look_ahead', 3, [0, 64], 'frames', 'how far LWS online looks ahead', { allowed: '0 to 64' }), weightRange],
  { before: '  std::vector<PhaseStage> stages;\n', members: '\n  Status check() const;' },
);

export const stream = struct(
  'PhaseStreamConfig',
  'phaseStream',
  'How phases are found for a stream of frames.',
  [
    choice('method', method, 'online', 'LWS online, or SPSI', { only: ['online', 'spsi'] }),
    integer('iterations', 4, [0, 100], '', 'passes of LWS online'),
    integer(
      'look_ahead',
      0,
      [0, 16],
      'frames',
      'how far LWS online looks ahead; each frame delays the sound by a hop',
      {
        allowed: '0 to 16',
      },
    ),
    weightRange,
    ...sparsity,
    real('level', 0, [0, Infinity], '', 'replaces the mean in the threshold of LWS; 0: the running mean', {
      ...notNegative,
      type: 'float',
    }),
  ],
  { members: '\n  Status check() const;' },
);

const lws = (method, iterations, alpha) => ({ method, iterations, alpha });
const griffinLim = (iterations, momentum) => ({ method: 'griffin_lim', iterations, momentum });

/** For whole sounds, the best first; the first is the default. docs/phase.md has their figures. */
export const presets = {
  best: {
    says: 'highest consistency on average',
    stages: [lws('nofuture', 1, 1), lws('online', 10, 1), griffinLim(30, 0.99)],
  },
  music: {
    says: 'the preset of that name by the authors of LWS, with its defects corrected',
    stages: [lws('nofuture', 1, 1), lws('online', 10, 1), lws('batch', 100, 100)],
  },
  'griffin-lim': { says: 'fast Griffin-Lim', stages: [griffinLim(100, 0.99)] },
  fast: { says: 'less than a fifth of the work of `best`', stages: [lws('online', 2, 1), griffinLim(5, 0.5)] },
  speech: { says: 'the preset of that name by the authors of LWS', stages: [lws('batch', 100, 100)] },
  pghi: { says: 'PGHI alone', stages: [{ method: 'pghi' }] },
  spsi: { says: 'SPSI alone', stages: [{ method: 'spsi' }] },
};

/** For streams: values of the option `phase` of a node; the first is the default. */
export const streamPresets = {
  live: { says: '4 iterations of online LWS', settings: {} },
  light: { says: '1 iteration', settings: { iterations: 1 } },
  smooth: { says: '4 iterations with a look-ahead of 3 frames', settings: { look_ahead: 3 } },
  spsi: { says: 'a single pass of SPSI, the least work', settings: { method: 'spsi' } },
};
