// The options of the JavaScript API: their names, their defaults and the checks of their types. Ranges are checked by the
// core.

import { LodestoneError } from './errors.js';

// Names of C++ enumerators, in their order.
const windows = ['hann', 'hann-symmetric', 'sqrt-hann', 'hamming', 'blackman', 'rectangular'];
const framings = ['centered', 'none', 'lws'];
const scales = ['linear', 'log1p'];
const initialisers = ['pytorch', 'keras'];
const trainings = ['windows', 'sequence'];
const modes = ['window', 'stateful'];
const starts = ['silent', 'audible'];
const endings = ['none', 'finished', 'stopped-early', 'diverged'];
const methods = ['nofuture', 'online', 'batch', 'griffin-lim', 'pghi', 'spsi'];
export const names = { windows, framings, scales, initialisers, trainings, endings, modes, starts, methods };

/**
 * How sound becomes frames.
 * @typedef {object} StftOptions
 * @property {number} [size] FFT size in samples: even, 16 to 65536, no prime factor above 13; 2048
 * @property {number} [windowSize] window length, 2 to `size`; 0: as long as the FFT
 * @property {number} [hop] samples from one frame to the next, 1 to the window length; 512
 * @property {'hann' | 'hann-symmetric' | 'sqrt-hann' | 'hamming' | 'blackman' | 'rectangular'} [window]
 * @property {'centered' | 'none' | 'lws'} [framing] where frames lie; `centered` as torch and librosa
 * @property {number} [sampleRate] in Hz; 44100
 */

/**
 * How a sound is learned. The defaults here are CoreTrainer's; `Magnet.train` begins with those of a preset.
 * @typedef {object} TrainerOptions
 * @property {number[]} [layers] hidden sizes of 1 to 4 LSTM layers, each 1 to 4096; [128, 128]
 * @property {number} [sequence] frames that a prediction looks back on, 1 to 4096; 40
 * @property {'windows' | 'sequence'} [training] on windows, each from a zero state, or many times faster on whole
 *   stretches of the sound, with a prediction for every frame and the state carried on
 * @property {number} [epochs] rounds over the sound, to 1000000; 0: no end; 200
 * @property {number} [batch] predictions a step, 2 to 4096: windows, or the frames of all stretches; 64
 * @property {number} [run] neighbouring windows that stay together, 1 to `batch`; 1
 * @property {number} [stretch] frames of a stretch, 1 to `batch`; 4
 * @property {number} [feedback] 0 to 1, of stretches: how much of its own predictions the network reads in place of
 *   the sound while it learns, so that dreams find their way; 0
 * @property {number} [learningRate] to 1; 0: 1e-3, of stretches 2e-3
 * @property {number} [warmUp] first steps, over which the learning rate rises; 0
 * @property {number} [decay] share of the learning rate that is left at the end, 0 to 1; it falls along a cosine; 1
 * @property {number} [weightDecay] 1e-4
 * @property {number} [clipNorm] largest norm of the gradients; 0: no clipping; 1
 * @property {number} [validation] share of the windows held out, 0 to 0.5; the model is that of the epoch which predicts
 *   them best; 0
 * @property {number} [patience] epochs after which training stops when that has not become better; 0: never; 0
 * @property {'linear' | 'log1p'} [scale] what the network sees of a magnitude
 * @property {'pytorch' | 'keras'} [initialiser] how the weights start
 * @property {number} [seed] of the weights and the order of the windows, 0 to 2³²−1; 0
 * @property {boolean} [impulses] whether the model keeps the training frames to start dreams from; true
 * @property {boolean} [normalise] whether every clip is brought to one level; true
 * @property {number} [copies] altered copies of each clip, learned beside it, 0 to 64; 0
 * @property {number} [copyGain] a copy is louder or quieter by up to so many dB, 0 to 24; 6
 * @property {number} [copyPitch] a copy is higher or lower by up to so many semitones, 0 to 12; 0.5
 */

/**
 * How a model dreams.
 * @typedef {object} DreamOptions
 * @property {number} [seed] 0 to 2³²−1; 0
 * @property {'window' | 'stateful'} [mode] each frame from the last `sequence` ones, or from all
 * @property {'silent' | 'audible'} [start] what is heard while the network listens to the training sound at a jump:
 *   nothing, or ⌈(`sequence` + 1) / 2⌉ frames of that sound, as in a node; 'silent'
 * @property {number} [position] where in the training sound the first impulse lies, 0 to 1; 0
 * @property {number} [randomness] chance per frame of jumping to another impulse, 0 to 1; 0
 * @property {number} [temperature] 0 to 4, how far each frame strays from what the network predicts, before it is fed
 *   back; 1: as far as the sound it learned strayed; 1
 * @property {number[]} [points] a schedule of positions, round and round: points[i] for lengths[i] frames
 * @property {number[]} [lengths] in frames, as many as points
 */

/**
 * One way to find or improve phases and how long to run it.
 * @typedef {object} PhaseStage
 * @property {'nofuture' | 'online' | 'batch' | 'griffin-lim' | 'pghi' | 'spsi'} method
 * @property {number} [iterations] 1 to 10000; 1
 * @property {number} [alpha] LWS updates bins above alpha·exp(−beta·i^gamma)·mean; 1
 * @property {number} [beta] 0.1
 * @property {number} [gamma] 1
 * @property {number} [momentum] of Griffin-Lim, 0 to 2; 0
 */

/**
 * @typedef {object} PhaseOptions
 * @property {string} [preset] best (default), fast, music, speech, griffin-lim, pghi, spsi
 * @property {PhaseStage[]} [stages] instead of a preset: a list of stages, in order
 * @property {number} [lookAhead] frames of LWS online, 0 to 64; 3
 * @property {number} [weightRange] bins to each side that LWS weighs, 1 to 64; 5
 */

/**
 * Phases for a stream of frames; see PhaseStreamConfig in phase.hpp.
 * @typedef {object} PhaseStreamOptions
 * @property {'online' | 'spsi'} [method]
 * @property {number} [iterations] of LWS online, 0 to 100; 4
 * @property {number} [lookAhead] 0 to 16; 0
 * @property {number} [weightRange] 1 to 64; 5
 * @property {number} [alpha] 1
 * @property {number} [beta] 0.1
 * @property {number} [gamma] 1
 * @property {number} [level] what stands for the mean in the threshold; 0: the running mean
 */

/**
 * How sound becomes features; see AnalyserConfig in features.hpp.
 * @typedef {object} AnalyserOptions
 * @property {number} [size] FFT size and window in samples: 32 to 65536, a multiple of 32 without prime factors above
 *   5; 2048
 * @property {number} [hop] samples from one frame to the next, 1 to `size`; 512
 * @property {'hann' | 'hann-symmetric' | 'sqrt-hann' | 'hamming' | 'blackman' | 'rectangular'} [window]
 * @property {number} [sampleRate] in Hz; 44100
 * @property {number} [melBands] 1 to 256; 40
 * @property {number} [coefficients] of the cepstrum (MFCC), 1 to `melBands`; 13
 */

/**
 * A player, beside its phases.
 * @typedef {object} PlayerOptions
 * @property {number} [seed] 0 to 2³²−1; 0
 * @property {'window' | 'stateful'} [mode] each frame from the last `sequence` ones, or from all
 * @property {number} [sampleRate] of output and input in Hz, 8000 to 768000; 0: the model's
 * @property {boolean} [spread] whether a hop's work is spread over a hop of output, which comes a hop later then; true
 */

/** What a player can be told while it plays, in the order of the C++ PlayerControls, which states ranges and defaults. */
export const controlNames = /** @type {const} */ ([
  'position',
  'pull',
  'speed',
  'randomness',
  'temperature',
  'drive',
  'pitch',
  'brightness',
  'smoothing',
]);

/** What a player says of itself, in the order of the C++ PlayerMeter; the latencies in output samples. */
export const meterNames = /** @type {const} */ ([
  'latencyMin',
  'latencyMax',
  'latencyHalf',
  'reseeds',
  'scrubs',
  'quality',
  'hops',
  'swapping',
]);

/** @type {Required<StftOptions>} */
export const stftDefaults = {
  size: 2048,
  windowSize: 0,
  hop: 512,
  window: 'hann',
  framing: 'centered',
  sampleRate: 44100,
};

/** @type {Required<AnalyserOptions>} */
export const analyserDefaults = {
  size: 2048,
  hop: 512,
  window: 'hann',
  sampleRate: 44100,
  melBands: 40,
  coefficients: 13,
};

/** @type {Required<TrainerOptions>} */
export const trainerDefaults = {
  layers: [128, 128],
  sequence: 40,
  training: 'windows',
  epochs: 200,
  batch: 64,
  run: 1,
  stretch: 4,
  feedback: 0,
  learningRate: 0,
  weightDecay: 1e-4,
  warmUp: 0,
  decay: 1,
  clipNorm: 1,
  validation: 0,
  patience: 0,
  scale: 'linear',
  initialiser: 'pytorch',
  seed: 0,
  impulses: true,
  normalise: true,
  copies: 0,
  copyGain: 6,
  copyPitch: 0.5,
};

/**
 * The numbers of a TrainerConfig, in the order of the C++ `visit_fields`, and the check that makes a number of each.
 * @type {Record<string, (name: string, value: unknown) => number>}
 */
export const trainerFields = {
  sequence: integer,
  training: (name, value) => choice(name, value, trainings),
  epochs: integer,
  batch: integer,
  run: integer,
  stretch: integer,
  feedback: number,
  learningRate: number,
  warmUp: integer,
  decay: number,
  weightDecay: number,
  clipNorm: number,
  validation: number,
  patience: integer,
  scale: (name, value) => choice(name, value, scales),
  initialiser: (name, value) => choice(name, value, initialisers),
  seed,
  impulses: flag,
};

/**
 * What makes dreams that live on by themselves: docs/quality.md has the measurements.
 * @type {TrainerOptions}
 */
const lively = {
  training: 'sequence',
  epochs: 1000,
  batch: 128,
  stretch: 8,
  feedback: 1,
  learningRate: 4e-3,
  decay: 0.05,
  weightDecay: 0,
  scale: 'log1p',
};

/**
 * Ready-made settings for `Magnet.train`. Parameters of a playing model change the sound from the next frame on:
 * `responsive` answers 4 times sooner, `quality`, the default, hears 4 times finer. `classic` is MAGNet's own way.
 * @type {Record<string, StftOptions & TrainerOptions>}
 */
export const trainingPresets = {
  classic: { normalise: false, clipNorm: 0 },
  quality: { size: 2048, hop: 512, ...lively },
  responsive: { size: 512, hop: 128, ...lively },
};

/** @type {Required<DreamOptions>} */
export const dreamDefaults = {
  seed: 0,
  mode: 'window',
  start: 'silent',
  position: 0,
  randomness: 0,
  temperature: 1,
  points: [],
  lengths: [],
};

/** @type {Required<PlayerOptions>} */
export const playerDefaults = { seed: 0, mode: 'window', sampleRate: 0, spread: true };

/** @type {Required<PhaseStage>} */
export const stageDefaults = { method: 'batch', iterations: 1, alpha: 1, beta: 0.1, gamma: 1, momentum: 0 };

/** @type {{preset?: string, stages?: PhaseStage[], lookAhead?: number, weightRange?: number}} */
export const phaseDefaults = { preset: undefined, stages: undefined, lookAhead: undefined, weightRange: undefined };

/** @type {Required<PhaseStreamOptions>} */
export const phaseStreamDefaults = {
  method: 'online',
  iterations: 4,
  lookAhead: 0,
  weightRange: 5,
  alpha: 1,
  beta: 0.1,
  gamma: 1,
  level: 0,
};

/**
 * The defaults with what was given instead; names that are not among the defaults are refused.
 * @template {object} T
 * @param {string} of whose options
 * @param {unknown} given
 * @param {T} defaults
 * @returns {T}
 */
export function settle(of, given, defaults) {
  if (given === undefined) return { ...defaults };
  if (typeof given !== 'object' || given === null) throw refused(`the options of ${of}`, given, 'an object');
  const known = Object.keys(defaults);
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new LodestoneError('invalid-argument', `${of} has no option ${unknown}; options: ${known.join(', ')}`);
  }
  const wanted = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(wanted) };
}

/**
 * The entries of `given` that `defaults` has.
 * @template {object} T
 * @param {object} given
 * @param {T} defaults
 * @returns {T}
 */
export function pick(given, defaults) {
  const known = Object.keys(defaults);
  return /** @type {T} */ (Object.fromEntries(Object.entries(given).filter(([name]) => known.includes(name))));
}

/**
 * @param {string} name
 * @param {unknown} value
 */
export function integer(name, value) {
  if (Number.isInteger(value) && Math.abs(/** @type {number} */ (value)) < 2 ** 31)
    return /** @type {number} */ (value);
  throw refused(name, value, 'whole numbers to 2147483647');
}

/**
 * @param {string} name
 * @param {unknown} value
 */
export function seed(name, value) {
  if (typeof value === 'number' && value >>> 0 === value) return value;
  throw refused(name, value, 'whole numbers from 0 to 4294967295');
}

/**
 * @param {string} name
 * @param {unknown} value
 */
export function number(name, value) {
  if (typeof value === 'number') return value;
  throw refused(name, value, 'numbers');
}

/**
 * @param {string} name
 * @param {unknown} value
 */
export function flag(name, value) {
  if (typeof value === 'boolean') return value ? 1 : 0;
  throw refused(name, value, 'true, false');
}

/**
 * The number of a C++ enumerator.
 * @param {string} name
 * @param {unknown} value
 * @param {string[]} allowed
 */
export function choice(name, value, allowed) {
  const index = allowed.indexOf(/** @type {string} */ (value));
  if (index >= 0) return index;
  throw refused(name, value, allowed.join(', '));
}

/**
 * Each entry checked by `check`.
 * @param {string} name
 * @param {unknown} values
 * @param {(name: string, value: unknown) => number} check
 */
export function list(name, values, check) {
  if (!Array.isArray(values) && !ArrayBuffer.isView(values)) throw refused(name, values, 'arrays of numbers');
  return Array.from(/** @type {ArrayLike<unknown>} */ (/** @type {unknown} */ (values)), (value, i) =>
    check(`${name}[${i}]`, value),
  );
}

/**
 * Float32 values; plain arrays and other typed arrays are converted.
 * @param {string} name
 * @param {unknown} values
 * @returns {Float32Array}
 */
export function floats(name, values) {
  const kind = Object.prototype.toString.call(values);
  if (kind === '[object Float32Array]') return /** @type {Float32Array} */ (values);
  if (Array.isArray(values) || (ArrayBuffer.isView(values) && kind !== '[object DataView]')) {
    return Float32Array.from(/** @type {number[]} */ (values));
  }
  throw refused(name, values, 'Float32Array');
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {string} allowed
 */
export function refused(name, value, allowed) {
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : describe(value);
  return new LodestoneError('invalid-argument', `${name} is ${text}; allowed: ${allowed}`);
}

/** @param {unknown} value */
function describe(value) {
  if (typeof value === 'string') return `"${value}"`;
  if (value === null || value === undefined) return String(value);
  return Object.prototype.toString.call(value).slice(8, -1);
}
