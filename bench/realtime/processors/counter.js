/* global AudioWorkletProcessor, registerProcessor */
// Counts what the core takes from its heap on this audio thread: to be loaded before what makes the core.

/** The exports of the instances that have been made here. @type {any[]} */
const instances = [];

globalThis.WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(target, given) {
    const instance = new target(...given);
    instances.push(instance.exports);
    return instance;
  },
});

/** Takes any input and puts out, as samples, how many blocks all instances have taken so far, and whether there was sound. */
class CounterProcessor extends AudioWorkletProcessor {
  process([[input]], [[output]]) {
    let count = 0;
    for (let i = 0; i < instances.length; ++i) count += instances[i].lodestone_allocations();
    output[0] = count;
    output[1] = input && input[0] !== 0 ? 1 : 0;
    return true;
  }
}

registerProcessor('counter', CounterProcessor);
