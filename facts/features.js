// What an analyser measures.

import { choice, integer, struct } from './kinds.js';
import { sampleRate, window } from './spectrum.js';

export const analyser = struct('AnalyserConfig', 'analyser', 'How sound becomes features.', [
  integer(
    'size',
    2048,
    [32, 65536],
    'samples',
    'FFT size and window length: a multiple of 32, no prime factor above 5',
    {
      checked: false,
    },
  ),
  integer('hop', 512, [1, 65536], 'samples', 'distance between frames, at most `size`', { checked: false }),
  choice('window', window, 'hann', 'analysis window'),
  sampleRate('sample rate'),
  integer('mel_bands', 40, [1, 256], '', 'number of mel bands'),
  integer('coefficients', 13, [1, 256], '', 'number of MFCCs, at most `mel_bands`', { checked: false }),
]);

/** In the order of a frame: name, unit, length (1: a number), what it is for everyone, and the formula. */
export const features = [
  {
    name: 'rms',
    unit: 'linear',
    says: 'level',
    formula: '√(Σ x²/size), without the window (librosa.feature.rms).',
  },
  {
    name: 'centroid',
    unit: 'Hz',
    says: 'centre of the magnitudes',
    formula: 'Σ f·m / Σ m in Hz, 0 in silence (librosa.feature.spectral_centroid).',
  },
  {
    name: 'flatness',
    unit: '0 to 1',
    says: '0 for a tone, 1 for noise',
    formula:
      'Geometric over arithmetic mean of max(m², 1e-10), 0 .. 1: 0 for a tone, 1 for a flat spectrum ' +
      '(librosa.feature.spectral_flatness).',
  },
  {
    name: 'rolloff',
    unit: 'Hz',
    says: 'frequency below which 85 % of the magnitudes lie',
    formula: 'The lowest f[k] in Hz up to which 85 % of Σ m lies (librosa.feature.spectral_rolloff).',
  },
  {
    name: 'flux',
    unit: 'linear',
    says: 'change of the magnitudes since the previous frame',
    formula: "√(Σ (m − m of the previous frame)²); the first frame follows silence (essentia's Flux).",
  },
  {
    name: 'onset',
    unit: 'dB',
    says: 'mean rise of the mel bands since the previous frame',
    formula:
      'Mean over the mel bands of max(0, rise in dB since the previous frame), 0 in the first frame ' +
      '(librosa.onset.onset_strength, here with `mel_bands` bands and no top_db).',
  },
  {
    name: 'pitch',
    unit: 'Hz',
    says: 'fundamental frequency, 0 if there is none',
    formula:
      'Fundamental frequency in Hz, from 2·sample_rate/size up, 0 if nothing repeats: YIN (de Cheveigné & Kawahara ' +
      '2002, steps 1 to 5, threshold 0.1) over the frame, integrating over half of it.',
  },
  {
    name: 'confidence',
    unit: '0 to 1',
    says: 'how reliable the pitch is',
    formula:
      'How reliable that is: 1 − d′ at the chosen lag, d′ the cumulative mean normalised difference (eq. 8), 0 .. 1.',
  },
  {
    name: 'magnitudes',
    unit: 'linear',
    length: 'bins',
    says: 'magnitude of each bin from DC to Nyquist',
    formula: 'm, `[bins]`.',
  },
  {
    name: 'decibels',
    unit: 'dB',
    length: 'bins',
    says: 'the same in decibels, not below −120; a full-scale sine has 0',
    formula: '20·log10(m / (Σ window / 2)), `[bins]`, not below −120: a full-scale sine on a bin has 0 dB.',
  },
  {
    name: 'mel',
    unit: 'power',
    length: 'mel_bands',
    says: 'power in each mel band',
    formula:
      "Power Σ w·m² in triangular bands w, evenly spaced from 0 to Nyquist on Slaney's mel scale, each of area 1 in Hz, " +
      "`[mel_bands]` (librosa.feature.melspectrogram: htk=False, norm='slaney').",
  },
  {
    name: 'mfcc',
    unit: 'DCT of dB',
    length: 'coefficients',
    says: 'mel-frequency cepstral coefficients',
    formula:
      'Orthonormal DCT-II of 10·log10(max(mel, 1e-10)), its first `[coefficients]` (librosa.feature.mfcc, here without ' +
      'top_db, which would have to know the loudest frame in advance).',
  },
];
