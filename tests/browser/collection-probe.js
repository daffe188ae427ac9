/* global AudioWorkletProcessor, gc, registerProcessor */
// Counts the WebAssembly instances created on the audio thread, and those that have been garbage collected.
let made = 0;
let collected = 0;
const registry = new FinalizationRegistry(() => ++collected);

WebAssembly.Instance = class extends WebAssembly.Instance {
  constructor(...args) {
    super(...args);
    ++made;
    registry.register(this);
  }
};

class CollectionProbe extends AudioWorkletProcessor {
  constructor() {
    super();
    this.port.onmessage = () => {
      gc();
      this.port.postMessage({ made, collected });
    };
  }

  process() {
    return true;
  }
}

registerProcessor('collection-probe', CollectionProbe);
