// What can be played: a node, and the parameters that movement can learn to play.
import { openModel } from '../common/models.js';

/**
 * @typedef {object} PlayableSound
 * @property {AudioNode} node
 * @property {Record<string, {param: AudioParam, min: number, max: number, scale?: 'logarithmic'}>} outputs
 * @property {() => void} stop
 */

/** @param {AudioContext} context @returns {Promise<PlayableSound>} */
async function synthesizer(context) {
  const oscillator = new OscillatorNode(context, { type: 'sawtooth', frequency: 220 });
  const filter = new BiquadFilterNode(context, { frequency: 1000, Q: 4 });
  const gain = new GainNode(context, { gain: 0.15 });
  oscillator.connect(filter).connect(gain);
  oscillator.start();
  return {
    node: gain,
    outputs: {
      pitch: { param: oscillator.frequency, min: 55, max: 880, scale: 'logarithmic' },
      cutoff: { param: filter.frequency, min: 100, max: 8000, scale: 'logarithmic' },
      resonance: { param: filter.Q, min: 0, max: 20 },
      volume: { param: gain.gain, min: 0, max: 0.4 },
    },
    stop: () => (oscillator.stop(), gain.disconnect()),
  };
}

/** @param {AudioContext} context @returns {Promise<PlayableSound>} */
async function instrument(context) {
  const response = await fetch(new URL('../models/responsive.safetensors', import.meta.url));
  const model = await openModel(await response.blob(), 'responsive');
  const node = await model.createNode(context, { parameterData: { pull: 0.1, temperature: 0.5 } });
  const limits = { position: [0, 1], pitch: [-12, 12], brightness: [-12, 12], gain: [0, 2] };
  const outputs = Object.entries(limits).map(([name, [min, max]]) => {
    return [name, { param: node.parameters.get(name), min, max }];
  });
  return { node, outputs: Object.fromEntries(outputs), stop: () => node.dispose() };
}

export const sounds = { synthesizer, instrument };

/** The value of an output for a share of its range. */
export const valueAt = ({ min, max, scale }, share) => (scale ? min * (max / min) ** share : min + (max - min) * share);

/** The share of an output's range for a value. */
export const shareOf = ({ min, max, scale }, value) =>
  scale ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
