/**
 * The AudioParams of a GeneratorNode. All are read once per hop, except `gain`, which is applied per sample.
 * - `position` 0..1 (0): where in the training sound the dream starts or is pulled to; a change moves the cursor there
 * - `pull` 0..1 (0): share of the training sound in the frame that is fed back
 * - `speed` 0..4 (1): dream frames per hop; 0 freezes the spectrum, which keeps sounding
 * - `randomness` 0..1 (0): probability per frame of a jump to another place in the training sound
 * - `temperature` 0..4 (0): noise on the frame that is fed back, in units of the model's residual in each bin
 * - `drive` 0..1 (0): share of the node's input in what the network is fed
 * - `pitch` −24..24 semitones (0): shifts only the output; partials land within half a bin
 * - `brightness` −24..24 dB per octave (0): spectral tilt around 1 kHz
 * - `smoothing` 0..1 (0): share of the previous frames in each frame
 * - `gain` 0..4 (1): linear
 */
export const parameters = [
  knob('position', 0, 1, 0),
  knob('pull', 0, 1, 0),
  knob('speed', 0, 4, 1),
  knob('randomness', 0, 1, 0),
  knob('temperature', 0, 4, 0),
  knob('drive', 0, 1, 0),
  knob('pitch', -24, 24, 0),
  knob('brightness', -24, 24, 0),
  knob('smoothing', 0, 1, 0),
  { ...knob('gain', 0, 4, 1), automationRate: 'a-rate' },
];

/**
 * @param {string} name
 * @param {number} minValue
 * @param {number} maxValue
 * @param {number} defaultValue
 */
function knob(name, minValue, maxValue, defaultValue) {
  return { name, minValue, maxValue, defaultValue, automationRate: 'k-rate' };
}
