import { refused } from '../options.js';

/** The parameters that mappings play. */
const played = new WeakSet();

/** Connects an output of a node to its parameter, whose own value it keeps and gives back. */
class Connection {
  #node;
  #place;
  #param;
  #value = 0;
  #isOn = false;

  /**
   * @param {AudioNode} node
   * @param {number} place
   * @param {import('./outputs.js').Output} output
   */
  constructor(node, place, { param }) {
    if (param) played.add(param);
    this.#node = node;
    this.#place = place;
    this.#param = param;
  }

  /** Whether the parameter has its own value. */
  get isFree() {
    return this.#param !== undefined && !this.#isOn;
  }

  /** @param {boolean} isOn */
  set(isOn) {
    const param = this.#param;
    if (!param || isOn === this.#isOn) return;
    this.#isOn = isOn;
    if (isOn) {
      this.#value = param.value;
      param.value = 0;
      this.#node.connect(param, this.#place);
    } else {
      this.#node.disconnect(param, this.#place);
      param.value = this.#value;
    }
  }

  dispose() {
    this.set(false);
    if (this.#param) played.delete(this.#param);
  }
}

/**
 * The connections of a node's outputs, if all their parameters are free.
 * @param {AudioNode} node
 * @param {import('./outputs.js').Output[]} outputs
 */
export function connectionsOf(node, outputs) {
  outputs.forEach(({ name, param }, k) => {
    const isTwice = outputs.slice(0, k).some((other) => other.param === param);
    if (param && (isTwice || played.has(param))) {
      throw refused(`param of ${name}`, param, 'parameters that no other mapping plays');
    }
  });
  return outputs.map((output, k) => new Connection(node, k, output));
}
