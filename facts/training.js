// How a sound is learned.

import { choice, enumeration, flag, integer, real, seed, struct } from './kinds.js';
import { layers, seenScale, sequence } from './network.js';

export const initialiser = enumeration('Initialiser', 'initialisers', 'How the weights start.', {
  pytorch: 'LSTM and Dense uniform in ±1/sqrt(hidden); BatchNorm 1 and 0',
  keras: 'Glorot-uniform inputs and Dense, orthogonal recurrent weights, zero biases, forget bias 1',
});

export const training = enumeration('Training', 'trainings', 'What a step of training covers.', {
  windows: 'a batch of windows of `sequence` frames; the frame after each is predicted, from a zero state',
  sequence:
    'stretches of the sound side by side; every frame of them is predicted, and the state is carried from step to step ' +
    '(truncated backpropagation through time)',
});

export const ending = enumeration('Ending', 'endings', 'Why training is over.', {
  none: 'it is not over',
  finished: 'all epochs are done',
  stopped_early: 'the held-out loss has not fallen for `patience` epochs',
  diverged: 'a loss was not finite ten times in a row, down to a thousandth of the learning rate',
});

const validation = real(
  'validation',
  0,
  [0, 0.5],
  '',
  'share of the sound that is held out at its end; the model is from the epoch that predicts it best',
);

export const corpus = struct(
  'CorpusConfig',
  'corpus',
  'How clips are prepared for training.',
  [
    flag('normalise', true, 'brings every clip to −20 dBFS', { off: 'keep the level of the sound as it is' }),
    integer('copies', 0, [0, 64], '', 'altered copies of each clip that are learned too'),
    real('copy_gain', 6, [0, 24], 'dB', 'maximum gain change of a copy', { cliValue: 'DB' }),
    real('copy_pitch', 0.5, [0, 12], 'semitones', 'maximum pitch change of a copy, by playing it faster or slower', {
      cliValue: 'SEMITONES',
    }),
    { ...validation, cli: false },
    seed('of the copies', { cli: false }),
  ],
  { more: 'What is held out for validation is not copied.', members: '\n  Status check() const;' },
);

export const trainer = struct(
  'TrainerConfig',
  'trainer',
  'How a sound is learned.',
  [
    layers,
    sequence,
    choice('training', training, 'windows', 'trains on separate windows or, many times faster, on stretches of sound'),
    integer(
      'epochs',
      200,
      [-1, 1000000],
      '',
      'passes over the sound; -1: 300, or fewer over a long sound, as many as 7,000 steps hold; 0 (only in C++ and ' +
        'lodestone/core): no end',
      { allowed: '-1 (as many as the sound needs), 0 (no end) to 1000000', cliLow: -1 },
    ),
    integer('batch', 64, [2, 4096], '', 'predictions per step: windows, or the frames of all stretches'),
    integer(
      'components',
      0,
      [-1, 1024],
      '',
      'principal components that are learned in place of all bins; 0: all bins; -1: as many as the sound needs',
      { allowed: '-1 (as many as the sound needs), 0 (all bins) to 1024' },
    ),
    integer(
      'group',
      1,
      [1, 16],
      'frames',
      'consecutive frames that the network reads and predicts at a time, side by side; more than 1 only with components',
    ),
    integer('run', 1, [1, 4096], '', 'neighbouring windows kept together in random order, at most `batch`'),
    integer('stretch', 4, [1, 4096], 'frames', 'length of a stretch, at most `batch`', { allowed: '1 to 4096' }),
    real('feedback', 0, [0, 1], '', 'how much of its own predictions the network reads in place of stretches of sound'),
    real('learning_rate', 0, [0, 1], '', 'step size of Adam; 0: 1e-3 on windows, 2e-3 on stretches'),
    integer('warm_up', 0, [0, 1000000], 'steps', 'initial steps over which the rate rises linearly from zero'),
    real('decay', 1, [0, 1], '', 'share of the learning rate left at the end; it falls along half a cosine'),
    real('weight_decay', 1e-4, [0, 1], '', "multiple of the weights added to their gradients, as in PyTorch's Adam"),
    real('clip_norm', 1, [0, Infinity], '', 'maximum l2 norm of all gradients together; 0: no clipping', {
      allowed: '0 (no clipping) or more',
      cliHigh: 1e9,
    }),
    { ...validation, allowed: '0 to 0.5 of the windows' },
    integer(
      'patience',
      0,
      [0, 1000000],
      'epochs',
      'training stops after this many epochs without a lower held-out loss; 0: never',
      {
        allowed: '0 (off) to 1000000 epochs',
      },
    ),
    seenScale,
    choice('initialiser', initialiser, 'pytorch', 'how the weights start'),
    seed('of the initial weights and the order of the windows'),
    flag('keep_impulses', true, 'keeps the training frames in the model, to start dreams from', {
      js: 'impulses',
      cli: '--no-impulses',
      off: 'keep no frames of the sound in the model, for privacy; dreams then start from silence',
    }),
    // Where it runs, not what it learns: no result depends on it, so it is neither saved nor passed through the C ABI.
    integer('threads', 1, [1, 8], '', 'threads that share each step on windows: 1, 2, 4 or 8; the model is the same', {
      local: true,
      js: false,
      cli: false,
    }),
  ],
  {
    more:
      'With `feedback`, the network reads a share min(1, 2·feedback·r) of each stretch, r uniform in 0 .. 1, as it last ' +
      'predicted it: a network trained to recover from its own errors does not get stuck.',
    members: `
  /// Fields that do not depend on the frames.
  Status check() const;`,
  },
);

export const status = {
  type: 'TrainingStatus',
  js: 'TrainingStatus',
  says: 'The progress of a training. All doubles, so that the C ABI can pass them on as they are.',
  rows: [
    ['epoch', 'completed epochs'],
    ['step', 'completed steps'],
    ['steps_per_epoch', 'steps per epoch'],
    ['steps', 'total steps; 0 if there is no end'],
    ['loss', 'mean loss of the last completed epoch; during the first epoch, of the steps so far, or NaN'],
    ['validation_loss', 'held-out loss after the last completed epoch; NaN without validation'],
    ['learning_rate', 'of the next step'],
    ['rollbacks', 'returns to an earlier state'],
    ['ending', 'the number of an Ending', "'none' | 'finished' | 'stopped-early' | 'diverged'"],
    ['best_epoch', 'the epoch, from 1, whose weights the model has; 0: the current ones'],
  ],
};

/** Training on stretches, for dreams that sustain themselves. */
const onStretches = {
  training: 'sequence',
  epochs: -1,
  batch: 128,
  components: -1,
  stretch: 8,
  feedback: 1,
  learning_rate: 8e-3,
  decay: 0.05,
  weight_decay: 0,
  scale: 'log1p',
};

/** Ready-made settings; docs/quality.md has the measurements. The first is the default. */
export const presets = {
  quality: {
    says: 'dreams that sustain themselves, with fine frequencies',
    settings: { size: 2048, hop: 512, ...onStretches },
  },
  responsive: {
    says: 'the same for playing: responds in 16 ms instead of 41',
    settings: { size: 1152, hop: 256, ...onStretches, epochs: 150, components: 64, group: 2, scale: 'log1p4' },
  },
  classic: { says: "MAGNet's original method", settings: { normalise: false, clip_norm: 0 } },
};
