// The shape of the network and how it predicts.

import { choice, enumeration, integer, list, struct } from './kinds.js';

export const scale = enumeration('Scale', 'scales', 'What the network sees of a magnitude m.', {
  linear: 'm itself, as in MAGNet',
  log1p: 'ln(1 + m); predictions are expanded with e^y − 1',
  log1p4: 'ln(1 + 4·m), in which quiet bins count more',
});

export const mode = enumeration('Mode', 'modes', 'How the past reaches a prediction.', {
  window: 'from the last `sequence` frames, starting at a zero state',
  stateful: 'from all frames since `reset`, the state carried on',
});

export const layers = list('layers', 'integer', [128, 128], [1, 4096], '', 'hidden sizes of 1 to 4 LSTM layers');
export const sequence = integer(
  'sequence',
  40,
  [1, 4096],
  'frames',
  'how far back a prediction looks, in frames or groups of them',
);
export const seenScale = choice(
  'scale',
  scale,
  'linear',
  'scale of the magnitudes that the network sees: m, ln(1 + m) or ln(1 + 4·m)',
);
export const predictionMode = choice(
  'mode',
  mode,
  'window',
  'predicts each frame from the last `sequence` frames, or from the carried state, which takes a fraction of the work',
);

export const network = struct(
  'NetworkConfig',
  '',
  'The shape of a network: BatchNorm over bins → LSTM layers → Dense (MAGNet: Grierson et al. 2019).',
  [integer('bins', 0, [1, 32769], '', 'values of a frame'), layers, sequence, seenScale],
  {
    members: `
  int components = 0;  ///< if not 0, the LSTM reads and predicts this many components of the bins, see Weights
  int group = 1;       ///< consecutive frames that are read and predicted at a time, side by side (1 to 16)

  /// Inputs and outputs of the network: the bins of a group.
  int width() const { return bins * group; }
  /// Frames that a prediction looks back.
  int past() const { return sequence * group; }

  Status check() const;
  bool operator==(const NetworkConfig&) const = default;`,
  },
);
