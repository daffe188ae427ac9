// The targets for playing in real time and their measurements, one entry per figure.
import { atMost, experiment, settle } from '../figures.js';

/** @import { Measured } from '../figures.js' */

const browsers = ['chromium', 'firefox'];
const [worklet, spread] = ['memory', 'look-ahead 0, spread, brightness'];

const costs = [
  atMost(
    8,
    '%',
    'mean cost of model A as a share of real time, 2048/512, window mode, look-ahead 3, 4 iterations, chromium Worker',
    experiment('quantum-cost', 'share, chromium, window'),
  ),
  atMost(
    2.5,
    '%',
    'the same, stateful, look-ahead 0, chromium Worker',
    experiment('quantum-cost', 'share, chromium, stateful'),
  ),
  ...browsers.flatMap((browser) =>
    ['window', 'stateful'].map((mode) =>
      atMost(
        2.5,
        '',
        `p99.9 of a quantum's cost ÷ its median, 10 minutes of quanta, ${mode}, ${browser} Worker`,
        experiment('quantum-cost', `evenness, ${browser}, ${mode}`),
      ),
    ),
  ),
];

const memory = [
  ...browsers.map((browser) =>
    atMost(
      0,
      '',
      `heap allocations in process() after the first second, ${browser}`,
      experiment(worklet, `allocations, ${browser}`),
    ),
  ),
  atMost(64, 'KiB', 'growth of the JavaScript heap over 10 minutes, chromium', experiment(worklet, 'growth')),
];

const underruns = browsers.flatMap((browser) => [
  atMost(
    0,
    '',
    `underruns in 5 minutes beyond those of an empty processor, busy page, training worker, ${browser}`,
    experiment('underruns', `${browser}, window`),
  ),
  ...['window', 'stateful'].map((mode) =>
    atMost(
      0,
      '',
      `underruns in a minute of 16 nodes (1×64, 512/128, ${mode} mode) beyond those of empty processors, ${browser}`,
      experiment('polyphony', `${browser}, ${mode}`),
    ),
  ),
]);

const latencies = [
  atMost(
    6,
    'ms',
    'parameter to first changed sample, responsive, look-ahead 0, worst hop phase',
    experiment('latency', `responsive, ${spread}, first, worst`),
  ),
  atMost(16, 'ms', 'parameter to half effect, the same', experiment('latency', `responsive, ${spread}, half, worst`)),
  atMost(
    20,
    'ms',
    'parameter to first changed sample, quality, look-ahead 0, median of hop phases',
    experiment('latency', `quality, ${spread}, first, median`),
  ),
  atMost(24, 'ms', 'the same, worst hop phase', experiment('latency', `quality, ${spread}, first, worst`)),
  atMost(
    20,
    'ms',
    "pointer event to changed samples at the destination, responsive, chromium, without the device's output latency",
    experiment('pointer', 'reached'),
  ),
];

const figures = [
  ...costs,
  ...memory,
  ...underruns,
  ...latencies,
  atMost(
    1,
    'dB',
    'loss of consistency of streamed phases compared with the whole sound, worst of signals and settings',
    experiment('streamed-phase', 'lost'),
  ),
  ...browsers.map((browser) =>
    atMost(150, 'ms', `createNode to first sound, ${browser}`, experiment('first-sound', browser)),
  ),
];

/** @param {Measured} measured */
export const targetsOf = (measured) => settle(figures, measured);
