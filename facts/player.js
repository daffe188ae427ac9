// The live instrument: its options, the knobs that can be turned while it plays, and what it reports.

import { flag, knob, part, reading, real, seed, struct } from './kinds.js';
import { predictionMode } from './network.js';
import { stream } from './phase.js';

export const player = struct('PlayerConfig', 'player', 'How a player is created.', [
  seed('of jumps and noise; the same seed and knobs give the same samples'),
  predictionMode,
  part('phase', stream, 'how phases are found'),
  real('sample_rate', 0, [0, 768000], 'Hz', "of output and input, from 8000; 0: the model's", { checked: false }),
  flag(
    'spread',
    true,
    'spreads the work of a hop over the next hop, which delays the sound by one; never for hops of 128 samples or ' +
      'fewer, nor for models with groups of frames, whose network always works ahead',
  ),
]);

export const dreamControls = struct('DreamControls', '', 'The knobs of a live dream.', [
  knob(
    'position',
    0,
    [0, 1],
    'of the training sound',
    'where the dream starts; a change moves the cursor there, and the cursor moves on with the dream, in a loop',
  ),
  knob(
    'pull',
    0,
    [0, 1],
    'share',
    'p: the network is fed (1 − p)·dream + p·training sound at the cursor; 0.1 keeps a dream near its place',
  ),
  knob(
    'speed',
    1,
    [0, 4],
    'frames per hop',
    'how fast the dream plays, interpolated between frames; 0 freezes the spectrum, which keeps sounding',
  ),
  knob('randomness', 0, [0, 1], 'chance per frame', 'jumps to random places in the training sound'),
  knob(
    'temperature',
    0,
    [0, 4],
    'σ',
    'T: each bin m becomes m·exp(T·σ·n) before it is fed back, with n normal noise and σ the residual of the bin; ' +
      '1: as uncertain as the network was about frames that it had not learned from',
  ),
  knob('drive', 0, [0, 1], 'share', "d: the network is fed (1 − d)·the above + d·the input's magnitudes"),
]);

/** Of the output alone. */
export const playerControls = struct('PlayerControls', '', 'All knobs of a player.', [
  knob(
    'pitch',
    0,
    [-24, 24],
    'semitones',
    'transposes the output, but not what is fed back; partials land within half a bin',
  ),
  knob('brightness', 0, [-24, 24], 'dB per octave', 'tilts the spectrum of the output around 1 kHz'),
  knob('smoothing', 0, [0, 1], 'share', 'how much of the previous frame is in each frame of the output; 1 holds it'),
]);

/** The node applies it itself: it is audio-rate, sample by sample, while the core reads its knobs once a hop. */
export const nodeControls = [knob('gain', 1, [0, 4], 'factor', 'of the output', { rate: 'a-rate' })];

/** Output samples from a change of a control to its effect; `smoothing` adds to it. */
export const latency = [
  reading('min', 'samples', 'to the first sample that may change, if the control changes just before a hop'),
  reading('max', 'samples', 'the same, if it changes just after a hop has begun'),
  reading('half', 'samples', 'to half of the effect, in that worst case'),
];

export const meter = [
  reading(
    'reseeds',
    '',
    'how often the dream died (a second of silent, far too loud or unchanging frames) and was restarted',
  ),
  reading('scrubs', 'samples', 'that were not finite and were replaced by 0'),
  reading('quality', '0 to 2', '0: full; 1: fewer phase iterations; 2: stateful mode as well'),
  reading('hops', '', 'frames played', { node: false }),
  reading('swapping', '', '1 during a swap to another model', { node: false }),
];

/** Of a GeneratorNode, in addition to `meter`. */
export const nodeMeter = [
  reading(
    'cpu',
    '0 to 1',
    "share of the time of the node's thread or Worker, averaged over 2 s; peaks are not visible, because an audio " +
      "thread's clock ticks in milliseconds",
  ),
  reading('late', 'quanta', "that began more than 25 ms plus the context's base latency behind the clock"),
  reading(
    'underruns',
    '',
    "gaps in the sound since the node was created, as the context's `playbackStats` counts them (where it is missing: " +
      'half seconds in which the audio thread fell behind), plus quanta for which its Worker was too late',
  ),
];
