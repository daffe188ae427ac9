// The speed targets and their measurements, one entry per figure.
import { isAnalysed, pairsOf, ratioOf, steadySamples } from './analysis.js';
import { atLeast, atMost, experiment, settle } from './figures.js';
import { bootstrap, medianOf } from './statistics.js';

/**
 * @import { Found } from './types.d.ts'
 * @import { Measured } from './figures.js'
 */

/** A series that a figure depends on. @param {Measured} measured @param {string} workload @param {string} competitor */
function need({ series }, workload, competitor) {
  const found = series.find((one) => one.workload === workload && one.competitor === competitor);
  if (!found) throw new Error(`${competitor} did not run ${workload}`);
  if (!isAnalysed(found)) throw new Error(`${competitor} failed at ${workload}: ${found.error}`);
  return found;
}

/** Times of `a` ÷ times of `b`; `b` may be of another workload that alternated with `a`'s. */
const ratio =
  (/** @type {string} */ workload, /** @type {string} */ a, /** @type {string} */ b, other = workload) =>
  (/** @type {Measured} */ measured) => {
    const found = ratioOf(need(measured, workload, a), need(measured, other, b));
    if (!found) throw new Error('no samples to pair');
    return found;
  };

/** The mean over workloads of the median time per unit, in ms × `scale`. */
const time =
  (/** @type {string[]} */ workloads, /** @type {string} */ competitor, scale = 1) =>
  (/** @type {Measured} */ measured) => {
    const lists = workloads.map((workload) =>
      steadySamples(need(measured, workload, competitor)).map(({ value }) => value * scale),
    );
    return bootstrap(lists, (all) => all.reduce((sum, list) => sum + medianOf(list), 0) / all.length);
  };

/** Chromium ÷ the native build of the same vector width at every workload that both ran: pairs for each. @param {Measured} measured */
function widthRatios(measured) {
  const names = [...new Set(measured.series.map(({ workload }) => workload))];
  const both = names.flatMap((workload) => {
    const [a, b] = ['chromium', 'native-4'].map((name) =>
      measured.series.find((one) => one.workload === workload && one.competitor === name),
    );
    const pairs = isAnalysed(a) && isAnalysed(b) ? pairsOf(a, b) : [];
    return pairs.length > 0 ? [{ workload, pairs }] : [];
  });
  if (both.length === 0) throw new Error('no workload ran in Chromium and natively with 128-bit vectors');
  return both;
}

/** @param {Measured} measured @returns {Found} */
function medianWidthRatio(measured) {
  const both = widthRatios(measured);
  const lists = both.map(({ pairs }) => pairs);
  return { ...bootstrap(lists, (all) => medianOf(all.map(medianOf))), note: `${both.length} workloads` };
}

/** @param {Measured} measured @returns {Found} */
function worstWidthRatio(measured) {
  const both = widthRatios(measured).sort((a, b) => medianOf(b.pairs) - medianOf(a.pairs));
  return { ...bootstrap([both[0].pairs], ([pairs]) => medianOf(pairs)), note: both[0].workload };
}

const stft = 'stft-magnitudes/2048-512';

const figures = [
  atMost(
    0.75,
    '',
    'training step A, WASM in Chromium ÷ PyTorch 1 thread',
    ratio('train-step/A', 'chromium', 'pytorch-1'),
  ),
  atMost(0.37, '', 'training step A, native ÷ PyTorch 1 thread', ratio('train-step/A', 'native', 'pytorch-1')),
  atMost(
    1 / 48,
    '',
    'training step A, WASM in Chromium ÷ tfjs wasm in Chromium, as shipped',
    ratio('train-step/A', 'chromium', 'tfjs-wasm-chromium'),
  ),
  atMost(
    1 / 8.5,
    '',
    'training step A, WASM in Chromium ÷ tfjs wasm in Chromium, with explicit transposes',
    ratio('train-step/A', 'chromium', 'tfjs-wasm-transposed-chromium'),
  ),
  atMost(
    16,
    's',
    'the whole job with the defaults, 9 s of piano, from the file to the finished model, Chromium',
    experiment('whole-job', 'Chromium'),
  ),
  atMost(5, 's', 'the same, native', experiment('whole-job', 'native')),
  atMost(
    5,
    's',
    'the same in Chromium, from the file to a model that has learned (100 epochs)',
    experiment('whole-job', 'Chromium, 100 epochs'),
  ),
  atMost(
    1,
    '',
    'the whole job to equal loss, Chromium ÷ PyTorch 1 thread with the same recipe',
    experiment('whole-job', 'Chromium ÷ PyTorch, 1 thread'),
  ),
  atMost(
    22,
    'min',
    "the paper's job (9 s, 1,000 epochs, A), Chromium, one worker; the paper: 12 h",
    experiment('paper-job', 'one worker'),
  ),
  atMost(
    22,
    'min',
    "the paper's job, Chromium, the default number of workers",
    experiment('paper-job', 'default workers'),
  ),
  atMost(
    0.65,
    '',
    'generated frame A, window mode, WASM in Chromium ÷ onnxruntime-node',
    ratio('generate-window/A', 'chromium', 'onnxruntime-node'),
  ),
  atMost(
    0.24,
    '',
    'generated frame A, window mode, WASM in Node ÷ onnxruntime-web in Node',
    ratio('generate-window/A', 'node', 'onnxruntime-web-node'),
  ),
  atMost(
    0.6,
    '',
    'generated frame A, stateful, WASM in Chromium ÷ onnxruntime-node',
    ratio('generate-stateful/A', 'chromium', 'onnxruntime-node'),
  ),
  atMost(
    13.5,
    'ns',
    'LWS, one bin update, all bins, Q = 4, L = 5, WASM in Chromium',
    time(['lws-batch/2048-512'], 'chromium', 1e6),
  ),
  atMost(7.5, 'ns', 'LWS, one bin update, all bins, Q = 4, L = 5, native', time(['lws-batch/2048-512'], 'native', 1e6)),
  atMost(
    52,
    'ms',
    'online LWS, 10 iterations, look-ahead 3, all bins, 2048/512, WASM in Chromium, a second of audio',
    time(['lws-online-10/2048-512'], 'chromium'),
  ),
  atMost(
    45,
    'ms',
    '`best` preset, 2048/512, WASM in Chromium, a second of audio (mean over signals a, b, d)',
    time(['phase-best/a', 'phase-best/b', 'phase-best/d'], 'chromium'),
  ),
  atMost(
    1.6,
    '',
    "STFT magnitudes, 60 s, WASM in Chromium ÷ PFFFT's transforms alone in WASM",
    ratio(stft, 'chromium', 'chromium', 'pffft-only/2048-512'),
  ),
  ...['fft.js', 'meyda', 'essentia.js'].map((peer) =>
    atLeast(
      5,
      '',
      `STFT magnitudes, 60 s, ${peer} in Chromium ÷ WASM in Chromium`,
      ratio(stft, `${peer}-chromium`, 'chromium'),
    ),
  ),
  atMost(1.1, '', 'all workloads, WASM in Chromium ÷ native with 128-bit vectors, median', medianWidthRatio),
  atMost(1.5, '', 'all workloads, WASM in Chromium ÷ native with 128-bit vectors, worst', worstWidthRatio),
  atMost(72, 'MiB', 'WASM memory while training A', experiment('training-memory', 'trainingMiB')),
  atMost(
    1,
    '',
    'mapping: the worst of six errors, the better of `kernel` and `mlp` ÷ the best of ml5, brain.js and scikit-learn',
    experiment('mapping', 'worst error ÷ other libraries'),
  ),
  atMost(0, '', 'mapping: results that are not finite', experiment('mapping', 'not finite')),
  atMost(
    100,
    'ms',
    'mapping: learning 500 rows × 16 inputs → 8 outputs, `kernel`, Node',
    experiment('mapping', 'kernel, learning'),
  ),
  atMost(
    1,
    '%',
    'mapping: `run` of that size, `kernel`, of a quantum, Node',
    experiment('mapping', 'kernel, % of a quantum'),
  ),
  atMost(
    0.1,
    '%',
    'mapping: `run` of that size, `mlp`, of a quantum, Node',
    experiment('mapping', 'mlp, % of a quantum'),
  ),
  atLeast(0.95, '', 'gestures: F1 with five takes of each', experiment('mapping', 'F1')),
  atMost(
    0.6,
    '',
    'gestures: the share of a gesture after which it is known, p90',
    experiment('mapping', 'known after'),
  ),
];

/** @param {Measured} measured */
export const targetsOf = (measured) => settle(figures, measured);
