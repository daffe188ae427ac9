// The knobs: one for each AudioParam of the node.

/**
 * @typedef {object} Knob
 * @property {string} name of the AudioParam
 * @property {string} label
 * @property {number} min
 * @property {number} max
 * @property {number} step
 * @property {number} value initially
 * @property {string} [unit]
 * @property {string} hint
 */

/** @type {Knob[]} */
const knobs = [
  { name: 'gain', label: 'Gain', min: 0, max: 2, step: 0.01, value: 1, hint: '1 is the learned level' },
  { name: 'position', label: 'Position', min: 0, max: 1, step: 0.001, value: 0, hint: 'place in the training sound' },
  { name: 'pull', label: 'Pull', min: 0, max: 1, step: 0.01, value: 0, hint: 'how closely it follows' },
  { name: 'speed', label: 'Speed', min: 0, max: 4, step: 0.01, value: 1, unit: '×', hint: '0 freezes the sound' },
  {
    ...{ name: 'randomness', label: 'Randomness', min: 0, max: 1, step: 0.005, value: 0 },
    hint: 'chance per frame of a jump',
  },
  {
    ...{ name: 'temperature', label: 'Temperature', min: 0, max: 2, step: 0.01, value: 0 },
    hint: 'how far it strays',
  },
  {
    name: 'pitch',
    label: 'Pitch',
    min: -24,
    max: 24,
    step: 0.1,
    value: 0,
    unit: 'semitones',
    hint: '12 is an octave up',
  },
  {
    ...{ name: 'brightness', label: 'Brightness', min: -24, max: 24, step: 0.5, value: 0, unit: 'dB/octave' },
    hint: 'tilt about 1 kHz',
  },
  { name: 'smoothing', label: 'Smoothing', min: 0, max: 1, step: 0.01, value: 0, hint: 'blurs the sound over time' },
  { name: 'drive', label: 'Drive', min: 0, max: 1, step: 0.01, value: 0, hint: 'influence of the microphone' },
];

/** A `<div class="setting">` with label, value, slider and hint. */
function build({ name, label, min, max, step, value, hint }) {
  const setting = document.createElement('div');
  setting.className = 'setting';
  setting.innerHTML = `
    <label for="${name}">${label}</label><output for="${name}"></output>
    <input id="${name}" type="range" min="${min}" max="${max}" step="${step}" value="${value}"
      aria-describedby="${name}-hint" />
    <small id="${name}-hint">${hint}</small>`;
  return setting;
}

/**
 * Fills `root` with the knobs.
 * @param {HTMLElement} root
 * @param {(name: string, value: number) => void} turn called immediately for each knob, and whenever one is turned
 */
export function showKnobs(root, turn) {
  for (const knob of knobs) {
    const setting = build(knob);
    const range = setting.querySelector('input');
    const digits = `${knob.step}`.split('.')[1]?.length ?? 0;
    const turned = () => {
      const text = range.valueAsNumber.toFixed(digits).replace('-', '−');
      setting.querySelector('output').value = knob.unit ? `${text} ${knob.unit}` : text;
      range.setAttribute('aria-valuetext', setting.querySelector('output').value);
      turn(knob.name, range.valueAsNumber);
    };
    range.addEventListener('input', turned);
    turned();
    root.append(setting);
  }
}

/** Turns a knob from code. */
export function turnKnob(name, value) {
  const range = document.getElementById(name);
  range.value = value;
  range.dispatchEvent(new Event('input'));
}
