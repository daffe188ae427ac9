/* global AudioWorkletProcessor, currentFrame, registerProcessor */

/**
 * Compares two inputs that are the same until one is changed, sample by sample, and passes the first on. `mark` is set together
 * with the change: the quantum that sees its new value is the first that could see the change.
 */
class DifferenceProcessor extends AudioWorkletProcessor {
  static parameterDescriptors = [{ name: 'mark', automationRate: 'k-rate' }];

  constructor() {
    super();
    this.mark = 0;
    this.seen = null;
    this.alike = 0;
    this.port.onmessage = () => this.port.postMessage({ alike: this.alike });
  }

  process([[a], [b]], [[output]], { mark: [mark] }) {
    if (mark !== this.mark) {
      this.mark = mark;
      this.seen = { frame: currentFrame, clock: Date.now() };
    }
    if (!a || !b) return true;
    output.set(a);
    const first = a.findIndex((sample, i) => sample !== b[i]);
    const silent = a.every((sample) => sample === 0);
    this.alike = first < 0 && !silent ? this.alike + 1 : 0;
    if (first >= 0 && this.seen) {
      this.port.postMessage({ seen: this.seen, changed: { frame: currentFrame + first, clock: Date.now() } });
      this.seen = null;
    }
    return true;
  }
}

registerProcessor('difference', DifferenceProcessor);
