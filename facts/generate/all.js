// The enumerations and configurations that both languages use.

import { dream, start } from '../dream.js';
import { analyser } from '../features.js';
import { config as imported } from '../import.js';
import * as mapping from '../mapping.js';
import { mode, scale } from '../network.js';
import * as phase from '../phase.js';
import { player } from '../player.js';
import { framing, stft, window } from '../spectrum.js';
import { corpus, ending, initialiser, trainer, training } from '../training.js';

export const enumerations = [window, framing, scale, mode, initialiser, training, ending, phase.method, start].concat([
  mapping.regression,
  mapping.recognition,
]);

export const configurations = [
  ...[stft, corpus, trainer],
  ...[phase.stage, phase.phase, phase.stream],
  ...[dream, player, analyser, imported],
  ...[mapping.examples, mapping.mapping],
];
