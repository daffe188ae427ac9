// How sound becomes frames.

import { choice, enumeration, integer, real, struct } from './kinds.js';

export const window = enumeration('Window', 'windows', 'Analysis windows of length N, n = 0 .. N-1.', {
  hann: 'periodic: 0.5 - 0.5 cos(2πn/N), as torch.hann_window and librosa',
  hann_symmetric: '0.5 - 0.5 cos(2πn/(N-1))',
  sqrt_hann: 'half-sample symmetric: sqrt(0.5 - 0.5 cos(2π(n+0.5)/N)), that of LWS (but see Framing::lws)',
  hamming: 'periodic: 0.54 - 0.46 cos(2πn/N)',
  blackman: 'periodic: 0.42 - 0.5 cos(2πn/N) + 0.08 cos(4πn/N)',
  rectangular: 'ones',
});

export const framing = enumeration('Framing', 'framings', 'Where the frames of a signal lie.', {
  centered: 'frame m is centred on sample m·hop; the ends are reflected by size/2 samples (torch, librosa)',
  none: 'frame m starts at sample m·hop; samples at the end that do not fill a frame are left out',
  lws:
    'as in LWS: window − hop zeros in front (window − window mod hop if the hop does not divide the ' +
    'window) and zeros behind, so that each sample lies in full overlap; a square-root Hann window is scaled, hop by ' +
    'hop, so that the overlapping squares sum to 1',
});

export const sampleRate = (says, more) => real('sample_rate', 44100, [1, 768000], 'Hz', says, more);

export const stft = struct(
  'StftConfig',
  'stft',
  'How sound becomes frames.',
  [
    integer('size', 2048, [16, 65536], 'samples', 'FFT size: even, no prime factor above 13', {
      cli: '--fft',
      checked: false,
    }),
    integer('window_size', 0, [0, 65536], 'samples', 'window length, from 2 to the FFT size; 0: the FFT size', {
      checked: false,
    }),
    integer('hop', 512, [1, 65536], 'samples', 'distance between frames, at most the window length', {
      checked: false,
    }),
    choice('window', window, 'hann', 'analysis window'),
    choice('framing', framing, 'centered', 'where the frames lie: centred with reflected ends, none, or as in LWS'),
    sampleRate('sample rate', { cli: false }),
  ],
  {
    more:
      'Every `create` checks it. A window shorter than the FFT is centred in its frame between zeros, as in torch and ' +
      'librosa.',
    members: `
  int bins() const { return size / 2 + 1; }
  int window_length() const { return window_size == 0 ? size : window_size; }

  /// Empty, or an error that names the field and what is allowed (for \`size\`, the nearest allowed).
  Status check() const;

  /// Whether the inverse exists: the hop-spaced sum of squared windows must not fall below 1e-3 of its maximum. The
  /// error names hop and window.
  Status check_invertible() const;

  bool operator==(const StftConfig&) const = default;`,
  },
);
