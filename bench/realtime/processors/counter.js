/* global AudioWorkletProcessor, registerProcessor */
// Counts the core's heap allocations on this audio thread; must be loaded before the script that instantiates the core.

/** The exports of the instances that have been created here. @type {any[]} */
const instances = [];

globalThis.WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(target, given) {
    const instance = new target(...given);
    instances.push(instance.exports);
    return instance;
  },
});

/** Outputs, as samples, how many allocations all instances have made so far, and whether its input was not silent. */
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
