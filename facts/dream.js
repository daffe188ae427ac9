// How a model dreams a whole sound.

import { choice, enumeration, list, real, seed, struct } from './kinds.js';
import { predictionMode } from './network.js';

export const start = enumeration(
  'Start',
  'starts',
  'What is heard while the network listens to the frames that lead up to a dream, at its start and after a jump.',
  {
    silent: 'nothing: the first frame is the one that the network predicts after `sequence` frames of the impulse',
    audible: 'those frames themselves, ⌈(sequence + 1) / 2⌉ of them from the impulse on, as in a Player',
  },
);

const temperature = 'noise on each frame before it is fed back; 1 matches the error measured in training';

export const dream = struct(
  'DreamConfig',
  'dream',
  'How a model generates a whole sound.',
  [
    seed('of jumps and noise; the same seed and settings give the same sound'),
    predictionMode,
    choice('start', start, 'silent', 'what is heard while the network listens to the training sound at a jump'),
    real('position', 0, [0, 1], '', 'where in the training sound the dream starts'),
    real('randomness', 0, [0, 1], '', 'chance per frame of a jump to a random place in the training sound'),
    real('temperature', 1, [0, 4], '', temperature),
    list('points', 'number', [], [0, 1], '', 'a schedule of positions, played in a loop', { cliValue: 'X,X' }),
    list('lengths', 'integer', [], [1, 2147483647], 'frames', 'how long each of the points lasts'),
  ],
  {
    more: 'There are as many lengths as points; without any, the dream starts at `position`.',
    members: '\n  Status check() const;',
  },
);
