// Models from elsewhere.

import { choice, enumeration, integer, struct } from './kinds.js';
import { framing, sampleRate, window } from './spectrum.js';

export const format = enumeration('ModelFormat', '', 'The program that wrote a model file, judging by its content.', {
  unknown: 'none of these',
  lodestone: 'safetensors: read_model',
  pytorch: 'a zip archive with a pickle in it, or a bare pickle: read_pytorch',
  tfjs: 'the JSON text model.json: read_tfjs',
});

export const config = struct(
  'ImportConfig',
  'imported',
  'Settings that the files of other programs do not contain; the FFT size follows from the number of bins.',
  [
    integer('hop', 0, [0, 65536], 'samples', 'distance between frames; 0: a quarter of the FFT size'),
    integer('window_size', 0, [0, 65536], 'samples', 'window length; 0: the FFT size', { checked: false }),
    choice('window', window, 'hann', 'analysis window'),
    choice('framing', framing, 'centered', 'where the frames lie'),
    sampleRate('sample rate of the training sound', { cli: '--rate', cliValue: 'HZ' }),
    integer('sequence', 0, [0, 4096], 'frames', 'how far back a prediction looks; 0: as the file says, or 40'),
  ],
);
