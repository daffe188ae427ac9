/**
 * The base class of our nodes. There is more than one AudioWorkletNode to extend: the browser has one,
 * standardized-audio-context another, and Tone.js does not export its own. So the node is created first, by whichever
 * class, and then given the members of the subclass, including private ones.
 * @type {new (node: AudioWorkletNode) => AudioWorkletNode}
 */
export const Adopted = /** @type {any} */ (
  class {
    /** @param {AudioWorkletNode} node */
    constructor(node) {
      return Object.defineProperties(node, Object.getOwnPropertyDescriptors(new.target.prototype));
    }

    /** @param {any} value */
    static [Symbol.hasInstance](value) {
      return value?.constructor === this;
    }
  }
);
