/* global AudioWorkletProcessor, registerProcessor, sampleRate */
// A processor that plays the model for a second and then does the fixed computation, all on the audio thread.
import { Core } from '../../js/core.js';
import { compute, hash, makePlayer } from './fixed-computation.js';

class TestProcessor extends AudioWorkletProcessor {
  constructor({ processorOptions: { sources, modelFile } }) {
    super();
    [this.core, this.analysis] = sources.map((source) => new Core(source));
    this.player = makePlayer(this.core, modelFile);
    this.played = new Float32Array(sampleRate);
    this.count = 0;
  }

  process(_, [[output]]) {
    this.player.process(output);
    for (let i = 0; i < output.length && this.count < this.played.length; ++i) this.played[this.count++] = output[i];
    if (this.count < this.played.length) return true;
    this.port.postMessage({ ...compute(this.core, this.analysis), player: hash(this.played) });
    return false;
  }
}

registerProcessor('lodestone-test', TestProcessor);
