/* global AudioWorkletProcessor, registerProcessor */

/** Does nothing; nodes are compared with it. */
class EmptyProcessor extends AudioWorkletProcessor {
  process() {
    return true;
  }
}

registerProcessor('empty', EmptyProcessor);
