/* global AudioWorkletProcessor, registerProcessor */

/** Says when the first sample came that is not zero. */
class FirstSampleProcessor extends AudioWorkletProcessor {
  process([[input]]) {
    if (!input?.some((sample) => sample !== 0)) return true;
    this.port.postMessage(Date.now());
    return false;
  }
}

registerProcessor('first-sample', FirstSampleProcessor);
