/* global AudioWorkletProcessor, registerProcessor */

/** Does nothing: what others are compared with. */
class EmptyProcessor extends AudioWorkletProcessor {
  process() {
    return true;
  }
}

registerProcessor('empty', EmptyProcessor);
