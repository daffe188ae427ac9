// Mapping by demonstration, of mapping.wasm.

import { settle, pack, list, integer, choice, floats, defaultsOf } from '../options.js';
import * as facts from '../mapping/facts.js';
import { Handle } from './handle.js';

/** @typedef {import('./instance.js').Instance} Instance */
/** @typedef {import('./memory.js').Core} Core */
/** @typedef {import('../mapping/facts.js').ExamplesOptions} ExamplesOptions */

/**
 * An output, and the range that its targets and results are clamped to.
 * @typedef {object} MappingOutput
 * @property {string} name
 * @property {number} [low] default 0
 * @property {number} [high] default 1
 */

/**
 * What is mapped to what. Names differ and are not empty.
 * @typedef {object} MappingNames
 * @property {string[]} inputs
 * @property {MappingOutput[]} outputs
 */

/**
 * What an output chooses for itself.
 * @typedef {object} OutputChoice
 * @property {'kernel' | 'mlp' | 'linear'} [model] default: that of the mapping
 * @property {number[]} [inputs] ascending indices of the inputs that it reads; default: all
 */

/** @typedef {import('../mapping/facts.js').MappingOptions & {choices?: OutputChoice[]}} TrainerOptions choices: one for
 *   each output */

/**
 * One recording.
 * @typedef {object} Take
 * @property {Float32Array} inputs rows of inputs, one after another; a row with a value that is not finite is dropped
 * @property {Float32Array} [targets] rows of outputs, or one row for all; NaN teaches an output nothing
 * @property {number} [label] of the whole take, see `label`; default −1: none
 * @property {number} [weight] how much it counts beside other takes; default 1
 */

/** @type {Required<ExamplesOptions>} */
const examplesDefaults = /* @__PURE__ */ defaultsOf(facts.examples);
/** @type {Required<import('../mapping/facts.js').MappingOptions>} */
const trainerDefaults = /* @__PURE__ */ defaultsOf(facts.mapping);

const utf8 = (/** @type {string[]} */ names) => new TextEncoder().encode(names.map((name) => `${name}\0`).join(''));

/** The takes that models learn from, with undo and redo. Not for the audio thread. */
export class CoreExamples extends Handle {
  /**
   * @param {Core} core
   * @param {MappingNames} names
   * @param {ExamplesOptions | number} [given] or the handle of examples with those names
   */
  constructor(core, names, given) {
    super(core, 'examples', typeof given === 'number' ? given : CoreExamples.#create(core, names, given));
    this.names = names;
  }

  /**
   * @param {Core} core
   * @param {MappingNames} names
   * @param {ExamplesOptions} [given]
   */
  static #create(core, { inputs, outputs }, given) {
    const config = pack(facts.examples, settle('examples', given, examplesDefaults));
    const ranges = Float64Array.from(outputs.flatMap(({ low = 0, high = 1 }) => [low, high]));
    const text = utf8([...inputs, ...outputs.map(({ name }) => name)]);
    return core.lend([config, text, ranges], (at, names, pairs) =>
      core.abi.lodestone_examples_create(at, config.length, names, inputs.length, pairs, outputs.length),
    );
  }

  /**
   * The number of the label with that name, which is added if it is new.
   * @param {string} name
   * @returns {number}
   */
  label(name) {
    const { abi } = this.core;
    const label = this.core.lend([utf8([name])], (at) => abi.lodestone_examples_label(this.pointer, at));
    if (label < 0) throw this.core.failure();
    return label;
  }

  /** The names of the labels, in the order of their numbers. */
  get labels() {
    this.core.check(this.core.abi.lodestone_examples_labels(this.pointer));
    return new TextDecoder().decode(this.core.bytes()).split('\0').slice(0, -1);
  }

  /**
   * Adds a take. Returns how many rows were kept, how many were dropped because an input was not finite, and how many
   * of the oldest takes were pushed out by the capacity.
   * @param {Take} take
   */
  add({ inputs, targets, label = -1, weight = 1 }) {
    const { names, core } = this;
    const input = floats('inputs', inputs);
    const target = targets ? floats('targets', targets) : null;
    const rows = Math.ceil(input.length / names.inputs.length);
    const targetRows = target ? Math.ceil(target.length / names.outputs.length) : 0;
    core.check(
      core.lend([input, target], (from, to) =>
        core.abi.lodestone_examples_add(this.pointer, from, rows, to, targetRows, label, weight),
      ),
    );
    const [kept, dropped, evicted] = core.doubles();
    return { rows: kept, dropped, evicted };
  }

  /** @param {number} index of the take */
  remove(index) {
    this.core.check(this.core.abi.lodestone_examples_remove(this.pointer, integer('index', index)));
  }

  /** Removes all takes. */
  clear() {
    this.core.abi.lodestone_examples_clear(this.pointer);
  }

  /**
   * @param {number} index of the take
   * @param {number} weight how much it counts beside others; 0: it is not learned
   */
  weigh(index, weight) {
    this.core.check(this.core.abi.lodestone_examples_weigh(this.pointer, integer('index', index), weight));
  }

  /** Takes back the last change; false if there is none. */
  undo() {
    return this.core.abi.lodestone_examples_undo(this.pointer) === 1;
  }

  /** Repeats what was undone last; false if there is nothing. */
  redo() {
    return this.core.abi.lodestone_examples_redo(this.pointer) === 1;
  }

  /** The number of takes. */
  get length() {
    return this.core.abi.lodestone_examples_takes(this.pointer) >>> 0;
  }

  /**
   * @param {number} index
   * @returns {Required<Take>} a copy; no targets if the take has only a label
   */
  take(index) {
    const { abi } = this.core;
    if (!(index >= 0 && index < this.length)) throw new RangeError(`there is no take ${index}`);
    abi.lodestone_examples_inputs(this.pointer, index);
    const inputs = this.core.floats();
    abi.lodestone_examples_targets(this.pointer, index);
    const targets = this.core.floats();
    const label = abi.lodestone_examples_take_label(this.pointer, index);
    return { inputs, targets, label, weight: abi.lodestone_examples_take_weight(this.pointer, index) };
  }

  /**
   * A mapping file: safetensors with the takes and the model.
   * @param {CoreMappingModel} [model]
   */
  toBytes(model) {
    this.core.check(this.core.abi.lodestone_mapping_file_write(this.pointer, model?.pointer ?? 0));
    return this.core.bytes();
  }

  /**
   * The takes and the model of a mapping file, whose inputs and outputs must have the names of these examples.
   * @param {Uint8Array} file
   * @returns {{examples: CoreExamples, model: CoreMappingModel | undefined}}
   */
  read(file) {
    const { core, names } = this;
    core.input(file);
    const read = new Handle(core, 'mapping_file', core.abi.lodestone_mapping_file_read(file.length, this.pointer));
    try {
      const examples = new CoreExamples(core, names, core.abi.lodestone_mapping_file_examples(read.pointer));
      const model = core.abi.lodestone_mapping_file_model(read.pointer);
      return { examples, model: model === 0 ? undefined : new CoreMappingModel(core, model) };
    } finally {
      read.dispose();
    }
  }
}

/**
 * Learns from examples, in slices of a few milliseconds. Keep it between trainings: it starts from what it knows.
 *
 *     trainer.begin(examples);
 *     while (trainer.step()); // other work can be done between calls; to cancel, do not call it any more
 *     const model = trainer.model();
 */
export class CoreMappingTrainer extends Handle {
  /**
   * @param {Core} core
   * @param {TrainerOptions} [given]
   */
  constructor(core, given = {}) {
    const { choices = [], ...options } = given;
    const config = settle('a mapping', options, trainerDefaults);
    const layers = Int32Array.from(list('layers', config.layers, integer));
    const chosen = choices.flatMap(({ model = config.model, inputs = [] }) => [
      choice('model', model, facts.regressions),
      inputs.length,
      ...inputs,
    ]);
    const lists = [pack(facts.mapping, config), layers, Uint32Array.from(chosen)];
    const make = (/** @type {number[]} */ ...places) =>
      core.abi.lodestone_mapping_trainer_create(...places.flatMap((place, i) => [place, lists[i].length]));
    super(core, 'mapping_trainer', core.lend(lists, make));
  }

  /** @param {CoreExamples} examples of the same core; they can be changed while training goes on */
  begin(examples) {
    this.core.check(this.core.abi.lodestone_mapping_trainer_begin(this.pointer, examples.pointer));
  }

  /** Works on for a few milliseconds; false once training is over. */
  step() {
    return this.core.abi.lodestone_mapping_trainer_step(this.pointer) === 1;
  }

  /**
   * The share that is done, from 0 to 1.
   * @returns {number}
   */
  get progress() {
    return this.core.abi.lodestone_mapping_trainer_progress(this.pointer);
  }

  /**
   * Mean squared error of `mlp` on what it holds out, as a share of the variance; NaN if there is none yet.
   * @returns {number}
   */
  get loss() {
    return this.core.abi.lodestone_mapping_trainer_loss(this.pointer);
  }

  /** The model that was trained. */
  model() {
    return new CoreMappingModel(this.core, this.core.abi.lodestone_mapping_trainer_model(this.pointer));
  }
}

/** What a training found. */
export class CoreMappingModel extends Handle {
  /**
   * @param {Core} core
   * @param {number} pointer
   */
  constructor(core, pointer) {
    super(core, 'mapping_model', pointer);
  }

  /** The bytes for `new CoreMapping`, in this or another instance; only valid for this release, do not store them. */
  bytes() {
    this.core.check(this.core.abi.lodestone_mapping_model_bytes(this.pointer));
    return this.core.bytes();
  }

  /**
   * For each output: the root mean square error as a share of its range, by leave-one-out (`mlp`: of what was held out),
   * how many rows teach it, and how many of them are used.
   */
  get reports() {
    this.core.check(this.core.abi.lodestone_mapping_model_reports(this.pointer));
    const numbers = this.core.doubles();
    return Array.from({ length: numbers.length / 3 }, (_, i) => ({
      error: numbers[3 * i],
      rows: numbers[3 * i + 1],
      rowsUsed: numbers[3 * i + 2],
    }));
  }
}

/**
 * Runs a model. Once constructed it neither allocates memory nor creates objects, so it can run on the audio thread.
 *
 *     mapping.inputs[0] = x;
 *     mapping.run();
 *     use(mapping.outputs[0]);
 *
 * All arrays are views that `run` overwrites; read them anew each time, as the memory of the core may grow.
 * @extends {Handle<Instance>}
 */
export class CoreMapping extends Handle {
  #block;
  #places;
  #views;

  /**
   * @param {Instance} core
   * @param {Uint8Array} model the bytes of a CoreMappingModel
   */
  constructor(core, model) {
    const { abi } = core;
    core.input(model);
    const pointer = abi.lodestone_mapping_create();
    super(core, 'mapping', pointer);
    const inputs = abi.lodestone_mapping_inputs(pointer) >>> 0;
    const outputs = abi.lodestone_mapping_output_count(pointer) >>> 0;
    const labels = abi.lodestone_mapping_labels(pointer) >>> 0;
    this.#block = abi.lodestone_alloc(inputs * 4) >>> 0;
    if (this.#block === 0) {
      super.dispose();
      throw core.failure();
    }
    this.#places = {
      inputs: [this.#block, inputs],
      outputs: [abi.lodestone_mapping_outputs(pointer) >>> 0, outputs],
      confidences: [abi.lodestone_mapping_confidences(pointer) >>> 0, outputs],
      states: [abi.lodestone_mapping_states(pointer) >>> 0, labels * 3],
    };
    this.#views = this.#viewsOfMemory();
  }

  /** Where the inputs are to be written. A value that is not finite stands for the last one. */
  get inputs() {
    return this.#memory().inputs;
  }

  /** The results, within the ranges of the outputs, never NaN. */
  get outputs() {
    return this.#memory().outputs;
  }

  /** How much each output can be relied on, from 0 to 1. */
  get confidences() {
    return this.#memory().confidences;
  }

  /** Three numbers for each label: its likelihood, and of a gesture its progress and its speed. */
  get states() {
    return this.#memory().states;
  }

  /**
   * Computes the results.
   * @param {boolean} [isRow] whether gestures follow; such calls should come at the rate at which takes were recorded
   * @returns {number} the class of the inputs, or the gesture that has just ended; −1: none
   */
  run(isRow = true) {
    return this.core.abi.lodestone_mapping_run(this.pointer, this.#block, Number(isRow));
  }

  /**
   * How likely that label is.
   * @returns {number}
   */
  get labelConfidence() {
    return this.core.abi.lodestone_mapping_label_confidence(this.pointer);
  }

  /**
   * @param {number} label
   * @param {number} factor multiplies the distance within which that label is recognised, from 0.01 to 100
   */
  setTolerance(label, factor) {
    this.core.abi.lodestone_mapping_set_tolerance(this.pointer, label, factor);
  }

  /** Forgets all inputs. */
  reset() {
    this.core.abi.lodestone_mapping_reset(this.pointer);
  }

  dispose() {
    this.core.abi.lodestone_free(this.#block);
    this.#block = 0;
    super.dispose();
  }

  /** Other objects may have grown the memory, which detaches all views. */
  #memory() {
    if (this.#views.inputs.buffer !== this.core.abi.memory.buffer) this.#views = this.#viewsOfMemory();
    return this.#views;
  }

  #viewsOfMemory() {
    const view = (/** @type {number[]} */ [at, length]) => new Float32Array(this.core.abi.memory.buffer, at, length);
    const { inputs, outputs, confidences, states } = this.#places;
    return { inputs: view(inputs), outputs: view(outputs), confidences: view(confidences), states: view(states) };
  }
}
