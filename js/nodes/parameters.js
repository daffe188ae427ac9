/**
 * The knobs of a GeneratorNode as AudioParams. All are read once a hop but `gain`, which counts for
 * every sample.
 * - `position` 0..1 (0): where in the training sound the dream starts or is pulled to; a change moves the cursor there
 * - `pull` 0..1 (0): share of the training sound in the frame that is fed back
 * - `speed` 0..4 (1): frames of the dream a hop; 0 freezes the spectrum, which keeps sounding
 * - `randomness` 0..1 (0): chance per frame of a jump to another place of the training sound
 * - `temperature` 0..4 (0): noise on what is fed back, in units of what the model leaves unexplained of each bin
 * - `drive` 0..1 (0): share of the node's input in what the network hears
 * - `pitch` −24..24 semitones (0): of the output only; partials land within half a bin
 * - `brightness` −24..24 dB per octave (0): tilt about 1 kHz
 * - `smoothing` 0..1 (0): how much of a frame comes from the ones before it
 * - `gain` 0..4 (1): factor
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
