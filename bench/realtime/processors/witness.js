/* global AudioWorkletProcessor, currentFrame, currentTime, registerProcessor, sampleRate */
// On the audio thread, between a source and the destination: reports whether there was sound, and whether it was in time.

const mostFloors = 4096;

/**
 * Passes its input through. Lateness is the clock's time minus the context's; both have arbitrary origins, so only its
 * changes matter. A worklet's clock ticks in milliseconds and quanta are computed in bursts, hence floors: the minimum
 * lateness of each tenth of a second. If floors rise permanently, time was lost.
 */
class WitnessProcessor extends AudioWorkletProcessor {
  constructor() {
    super();
    this.floors = new Float64Array(mostFloors);
    this.start();
    this.port.onmessage = () => {
      const { quanta, silent, longest } = this;
      this.port.postMessage({ quanta, silent, longest, floors: Array.from(this.floors.subarray(0, this.closed)) });
      this.start();
    };
  }

  start() {
    this.quanta = this.silent = this.longest = this.closed = 0;
    this.floor = Infinity;
    this.closesAt = currentFrame + sampleRate / 10;
    this.last = Date.now();
  }

  process([[input]], [[output]]) {
    const now = Date.now();
    this.longest = Math.max(this.longest, now - this.last);
    this.last = now;
    this.floor = Math.min(this.floor, now - 1000 * currentTime);
    if (currentFrame >= this.closesAt && this.closed < mostFloors) {
      this.floors[this.closed++] = this.floor;
      this.floor = Infinity;
      this.closesAt += sampleRate / 10;
    }
    ++this.quanta;
    if (input) output.set(input);
    if (!input || (input[0] === 0 && input[input.length - 1] === 0)) ++this.silent;
    return true;
  }
}

registerProcessor('witness', WitnessProcessor);
