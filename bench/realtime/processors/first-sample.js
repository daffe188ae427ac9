/* global AudioWorkletProcessor, registerProcessor */

/** Reports when the first non-zero sample arrived. */
class FirstSampleProcessor extends AudioWorkletProcessor {
  process([[input]]) {
    if (!input?.some((sample) => sample !== 0)) return true;
    this.port.postMessage(Date.now());
    return false;
  }
}

registerProcessor('first-sample', FirstSampleProcessor);
