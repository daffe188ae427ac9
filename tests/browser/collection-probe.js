/* global AudioWorkletProcessor, gc, registerProcessor */
// Counts the WebAssembly instances that are made on the audio thread and those that the garbage collector has taken.
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
