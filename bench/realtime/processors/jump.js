/* global AudioWorkletProcessor, currentFrame, registerProcessor */

/**
 * Watches a signal for jumps: counts them in shared memory, which wakes whoever waits there. `written` in that memory is
 * counted by whoever causes them; a message then has the frames between the quantum that could see it and the jump.
 */
class JumpProcessor extends AudioWorkletProcessor {
  constructor({ processorOptions: { memory } }) {
    super();
    this.counts = new Int32Array(memory); // jumps, written
    this.written = 0;
    this.seen = -1;
    this.last = NaN;
  }

  process([[samples]]) {
    const written = Atomics.load(this.counts, 1);
    if (written !== this.written) this.seen = currentFrame;
    this.written = written;
    const first = samples ? samples.findIndex((sample) => Math.abs(sample - this.last) > 0.001) : -1;
    const now = samples?.at(-1) ?? NaN;
    if (first >= 0 && this.seen >= 0) {
      this.port.postMessage(currentFrame + first - this.seen);
      this.seen = -1;
    }
    if (Math.abs(now - this.last) > 0.1) {
      Atomics.add(this.counts, 0, 1);
      Atomics.notify(this.counts, 0);
    }
    this.last = now;
    return true;
  }
}

registerProcessor('jump', JumpProcessor);
