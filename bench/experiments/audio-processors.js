/* global AudioWorkletProcessor, currentTime, registerProcessor, sampleRate */
// The source as an AudioWorklet, and a witness on the audio thread that checks a node's output.
import { CountedSource, countPeriod } from './counted-source.js';

class SourceProcessor extends AudioWorkletProcessor {
  constructor({ processorOptions: { module } }) {
    super();
    this.source = new CountedSource(module);
    this.port.onmessage = () => this.port.postMessage(this.source.gaps());
  }

  process(_, [[output]]) {
    this.source.process(output);
    return true;
  }
}

/** Counts the quanta since the last query, starting with the first that is not silent. */
class WitnessProcessor extends AudioWorkletProcessor {
  constructor() {
    super();
    this.furthest = 0;
    this.reset();
    this.port.onmessage = () => {
      const { quanta, silent, stale, skips, furthest, heardAt } = this;
      this.port.postMessage({ quanta, silent, stale, skips, furthest, heardAt });
      this.reset();
    };
  }

  reset() {
    this.quanta = this.silent = this.stale = this.skips = 0;
  }

  process([[input]]) {
    const first = (input?.[0] ?? 0) * countPeriod;
    if (first !== 0 || this.furthest !== 0) this.hear(first, input);
    return true;
  }

  hear(first, input) {
    ++this.quanta;
    const ahead = (first - this.furthest + countPeriod) % countPeriod;
    if (first === 0) {
      ++this.silent;
    } else if (this.furthest !== 0 && (ahead === 0 || ahead > countPeriod / 2)) {
      ++this.stale; // a block that was heard before
    } else {
      if (this.furthest !== 0 && ahead !== 1) ++this.skips;
      this.furthest = input[input.length - 1] * countPeriod;
      this.heardAt = currentTime + input.length / sampleRate;
    }
  }
}

registerProcessor('source', SourceProcessor);
registerProcessor('witness', WitnessProcessor);
