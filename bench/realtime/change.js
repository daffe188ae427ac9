// Measures how long a change takes to be heard: the player continues with and without it, and both outputs are compared
// sample by sample, for every phase of the hop.
import { Core, CorePlayer } from '../../js/core.js';
import { controlNames } from '../../js/options.js';

/**
 * @typedef {{ phase: number, first: number, half: number, effect: Float64Array }} Change samples from the change to the first that
 *     differs, and to half of the effect; `effect` over time, as a share of its final amplitude
 * @typedef {(player: CorePlayer) => void} Act
 */

/** Raises the highest partials by 80 dB: compared with that, the original sound is negligible, and only the effect remains. */
const fullBrightness = 24;

/** @type {Record<string, Act>} */
export const acts = {
  brightness: (player) => player.setControl(controlNames.indexOf('brightness'), fullBrightness),
  pitch: (player) => player.setControl(controlNames.indexOf('pitch'), 7),
  trigger: (player) => player.trigger(0.7),
};

const warmUpHops = 60;
/** Hops that are compared, and how many of the last ones show the final amplitude. */
const [hops, settledHops] = [16, 5];
/** Places in the sound over which the effect is averaged, because its amplitude varies at a single one. */
const places = 24;

/** A player whose whole state can be saved and restored. */
class Repeatable {
  #core;
  #kept = new Uint8Array();

  /** @param {WebAssembly.Module} module @param {Uint8Array} live @param {object} options */
  constructor(module, live, options) {
    this.#core = new Core(module);
    this.player = new CorePlayer(this.#core, live, options);
  }

  keep() {
    this.#kept = new Uint8Array(this.#core.abi.memory.buffer).slice();
  }

  bringBack() {
    new Uint8Array(this.#core.abi.memory.buffer).set(this.#kept);
  }

  /** @param {number} length */
  render(length) {
    const samples = new Float32Array(length);
    this.player.process(samples);
    return samples;
  }
}

/**
 * @param {WebAssembly.Module} module
 * @param {Uint8Array} live
 * @param {{ hop: number, phases: number[], act: Act, options: object }} what phases: samples into the hop; options: of the player
 * @returns {{ says: number[], changes: Change[] }} says: what the player itself reports, [min, max, half]
 */
export function measureChange(module, live, { hop, phases, act, options }) {
  const sound = new Repeatable(module, live, options);
  sound.render(warmUpHops * hop);
  const energies = phases.map(() => new Float64Array(hops * hop));
  const firsts = phases.map(() => Infinity);
  for (let place = 0; place < places; ++place) {
    sound.keep();
    const without = sound.render((hops + 1) * hop);
    phases.forEach((phase, i) => {
      sound.bringBack();
      sound.render(phase);
      act(sound.player);
      const changed = sound.render(hops * hop);
      const first = changed.findIndex((sample, n) => sample !== without[phase + n]);
      if (first >= 0) firsts[i] = Math.min(firsts[i], first);
      changed.forEach((sample, n) => (energies[i][n] += (sample - without[phase + n]) ** 2));
    });
    sound.bringBack();
    sound.render(hop);
  }
  const says = Array.from(sound.player.meter().slice(0, 3));
  const changes = phases.map((phase, i) => {
    const effect = rise(energies[i], hop);
    const half = effect.findIndex((share) => share >= 0.5);
    return { phase, first: firsts[i], half: half < 0 ? Infinity : half, effect };
  });
  return { says, changes };
}

/** The amplitude as a share of the settled one, smoothed over an eighth of a hop. @param {Float64Array} energy @param {number} hop */
function rise(energy, hop) {
  const mean = (/** @type {number} */ from, /** @type {number} */ to) =>
    energy.slice(Math.max(0, from), to).reduce((sum, value) => sum + value, 0) / (to - Math.max(0, from));
  const settled = mean(energy.length - settledHops * hop, energy.length);
  return energy.map((_, n) => Math.sqrt(mean(n - hop / 16, Math.min(energy.length, n + hop / 16 + 1)) / settled));
}
