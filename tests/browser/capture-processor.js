/* global AudioWorkletProcessor, registerProcessor */
// Passes its input through, and sends the page as many samples as it asked for.
class Capture extends AudioWorkletProcessor {
  constructor({ processorOptions: { length } }) {
    super();
    this.samples = new Float32Array(length);
    this.count = 0;
  }

  process([[input]], [[output]]) {
    if (input) output.set(input);
    for (let i = 0; i < output.length && this.count < this.samples.length; ++i) this.samples[this.count++] = output[i];
    if (this.count < this.samples.length) return true;
    this.port.postMessage(this.samples);
    return false;
  }
}

registerProcessor('capture', Capture);
