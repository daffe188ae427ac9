/**
 * What nodes extend that are more than an AudioWorkletNode. There is no one class of that name to extend: the browser
 * has one, standardized-audio-context another, and Tone.js keeps its own to itself. So the node is made first, by
 * whichever, and then takes on the members of the subclass; its private state lives in it as in any instance.
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
