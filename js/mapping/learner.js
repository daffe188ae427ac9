// What learns, in a Worker: it repeats every change of the page's takes, so that a training starts from the one before.

import { every } from '../threads/every.js';
import { transferring } from '../threads/remote.js';
import { CoreExamples, CoreMappingTrainer } from '../wasm/mapping.js';
import { Core } from '../wasm/memory.js';

/** How long it works before it listens to the page, in ms. */
const patience = 20;

/** A task that runs after the messages that have arrived. */
const messages = () =>
  new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => (port1.close(), done(undefined));
    port2.postMessage(null);
  });

/** The methods that the page calls. */
export function learner() {
  /** @type {CoreExamples} */
  let examples;
  /** @type {CoreMappingTrainer} */
  let trainer;
  /** @type {import('../wasm/mapping.js').CoreMappingModel | undefined} */
  let model;
  let trainings = 0;

  const result = () => {
    if (!model) return null;
    const bytes = model.bytes();
    return transferring({ bytes, reports: model.reports }, [bytes.buffer]);
  };

  return {
    /**
     * @param {WebAssembly.Module | Uint8Array} source
     * @param {import('../wasm/mapping.js').MappingNames} names
     * @param {number | undefined} capacity
     * @param {import('../wasm/mapping.js').TrainerOptions} options
     */
    open(source, names, capacity, options) {
      const core = new Core(source);
      examples = new CoreExamples(core, names, { capacity });
      trainer = new CoreMappingTrainer(core, options);
    },

    /**
     * Calls a method of the examples.
     * @param {'add' | 'remove' | 'weigh' | 'clear' | 'undo' | 'redo' | 'label'} method
     * @param {any[]} given
     */
    change(method, given) {
      /** @type {any} */ (examples)[method](...given);
    },

    /**
     * Replaces the examples by those of a mapping file; returns its model.
     * @param {Uint8Array} file
     */
    load(file) {
      const read = examples.read(file);
      examples.dispose();
      model?.dispose();
      ({ examples, model } = read);
      return result();
    },

    /** Learns; null if a later training takes its place. */
    async train() {
      const training = ++trainings;
      trainer.begin(examples);
      const isTime = every(patience);
      while (trainer.step()) {
        if (isTime()) await messages();
        if (training !== trainings) return null;
      }
      model?.dispose();
      model = trainer.model();
      return result();
    },

    /** A mapping file. */
    toBytes() {
      const bytes = examples.toBytes(model);
      return transferring(bytes, [bytes.buffer]);
    },
  };
}
