/* global AudioWorkletProcessor, registerProcessor */
// Sends every sample of its input to the page, in blocks.

class RecorderProcessor extends AudioWorkletProcessor {
  constructor() {
    super();
    this.samples = new Float32Array(8192);
    this.count = 0;
    this.recording = true;
    this.port.onmessage = () => {
      this.recording = false;
      this.port.postMessage(this.samples.slice(0, this.count));
      this.port.postMessage(null);
    };
  }

  process([[input]]) {
    for (let i = 0; input && i < input.length; ++i) {
      this.samples[this.count++] = input[i];
      if (this.count < this.samples.length) continue;
      this.port.postMessage(this.samples); // sends a copy
      this.count = 0;
    }
    return this.recording;
  }
}

registerProcessor('recorder', RecorderProcessor);
