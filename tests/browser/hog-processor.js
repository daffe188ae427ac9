/* global AudioWorkletProcessor, registerProcessor, sampleRate */
// On request, overloads the audio thread: each quantum takes one and a half times its duration.
class Hog extends AudioWorkletProcessor {
  constructor() {
    super();
    this.debt = 0;
    this.port.onmessage = ({ data }) => (this.busy = data);
  }

  process(_, [[output]]) {
    if (!this.busy) return true;
    this.debt += (1500 * output.length) / sampleRate;
    const start = Date.now();
    while (Date.now() < start + this.debt - 1); // whole milliseconds
    this.debt -= Date.now() - start;
    return true;
  }
}

registerProcessor('hog', Hog);
