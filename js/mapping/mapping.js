// The page's side of a mapping.

import { LodestoneError } from '../errors.js';
import { number, refused } from '../options.js';
import { rawContext, Registry } from '../nodes/register.js';
import { Remote } from '../threads/remote.js';
import { CoreMapping } from '../wasm/mapping.js';
import { files } from '../wasm/files.js';
import { localCore } from '../wasm/local-core.js';
import { prepare } from '../wasm/modules.js';
import { connectionsOf } from './connection.js';
import { namesOf, placesOf } from './input.js';
import { latestChannel, openReader } from './latest.js';
import { Lessons } from './lessons.js';
import { baseOf, normal, outputOf, scaled } from './outputs.js';
import { reportLength, rowRate, stateNames } from './rows.js';
import { Senses } from './senses.js';

/** @typedef {import('../nodes/register.js').AnyContext} AnyContext */

/**
 * @typedef {object} MoreMappingOptions
 * @property {import('./input.js').Input[]} inputs what is listened to
 * @property {Record<string, any>} [outputs] AudioParams, Params and Signals of Tone.js, or OutputOptions, by name
 * @property {string[]} [gestures] labels of sequences, spotted in the stream of inputs
 * @property {string[]} [classes] instead of gestures: labels of what the inputs are at a moment
 * @property {number} [capacity] rows beyond it push out the oldest takes; default 16384
 */

/** @typedef {MoreMappingOptions & Omit<import('../wasm/mapping.js').TrainerOptions, 'recognition' | 'choices'>} MappingOptions */

/**
 * @typedef {object} RecordOptions
 * @property {number} [countIn] seconds until it begins; default 0
 * @property {number} [limit] seconds after which it stops by itself; default 60
 */

/**
 * A gesture or class, as it is going.
 * @typedef {object} LabelState
 * @property {string} label
 * @property {number} likelihood 0 to 1
 * @property {number} progress of a gesture, 0 to 1
 * @property {number} speed of a gesture ÷ that of its example
 */

const mappings = new Registry(files.mappingWorklet, () => 'mapping', 'createMapping');

/**
 * Inputs that play AudioParams as you have shown: hold `record` while you move and the sound is as it should be. Models
 * learn in a Worker and run on the audio thread. Made by `createMapping`.
 *
 * Events, also as `on…`: `recording` when a count-in is over; `takes` when the takes have changed; `trained` (`reports`:
 * how well each output was learned); `gesture` (`label`, `confidence`); `lost` and `found` (`input`: its name); `error`
 * (`error`: a LodestoneError; everything that can goes on).
 */
export class Mapping extends EventTarget {
  /** @type {((event: any) => void) | null} */ onrecording = null;
  /** @type {((event: any) => void) | null} */ ontakes = null;
  /** @type {((event: any) => void) | null} */ ontrained = null;
  /** @type {((event: any) => void) | null} */ ongesture = null;
  /** @type {((event: any) => void) | null} */ onlost = null;
  /** @type {((event: any) => void) | null} */ onfound = null;
  /** @type {((event: any) => void) | null} */ onerror = null;

  /** @type {Set<string>} The names of the inputs that are lost: they keep their last values. */
  lost = new Set();

  #core;
  #outputs;
  #connections;
  #senses;
  #lessons;
  #processor;
  /** @type {import('./lessons.js').Learned | null} */
  #learned = null;
  /** @type {CoreMapping | null} */
  #model = null;
  #isRunning = false;
  #isDisposed = false;
  #mutes = { recording: new Set(), running: new Set() };
  /** What plays instead of the model's outputs; NaN for those of the model. */
  #held;
  /** @type {{label: string | undefined, targets: Float32Array, follower: any} | null} */
  #take = null;
  /** What the audio thread has recorded.
   * @type {Float32Array[]} */
  #rows = [];
  /** Changes of the takes happen one after another.
   * @type {Promise<any>} */
  #changing = Promise.resolve();
  #reader;
  #views;
  #states;

  /**
   * @param {AnyContext} context
   * @param {import('../wasm/memory.js').Core} core
   * @param {WebAssembly.Module | undefined} analysis
   * @param {MappingOptions} options
   */
  constructor(context, core, analysis, { inputs, outputs = {}, gestures = [], classes = [], ...options }) {
    super();
    const { source, workletUrl, makeNode } = mappings.get(context);
    const raw = rawContext(context);
    this.#core = core;
    this.#outputs = Object.entries(outputs).map(([name, given]) => outputOf(name, given, raw.sampleRate));
    /** The names of the inputs' values, in their order. */
    this.inputNames = inputs.flatMap(namesOf);
    /** The names of the outputs, in their order. */
    this.outputNames = this.#outputs.map(({ name }) => name);
    const [n, m] = [this.inputNames.length, this.#outputs.length];

    const names = { inputs: this.inputNames, outputs: this.outputNames.map((name) => ({ name })) };
    const choices = this.#outputs.map(({ model, inputs: read }) => ({
      model,
      inputs: placesOf(this.inputNames, read),
    }));
    const labels = gestures.length > 0 ? gestures : classes;
    const recognition = /** @type {'gesture' | 'nearest'} */ (gestures.length > 0 ? 'gesture' : 'nearest');
    this.#lessons = new Lessons(
      core,
      { source, workletUrl },
      names,
      labels,
      { ...options, choices, recognition },
      {
        learned: (learned) => this.#play(learned).catch((error) => this.#fail(error)),
        fail: (error) => this.#fail(error),
      },
    );

    /** @type {AudioWorkletNode} Its outputs are those of the mapping, in their order, and one of silence. */
    this.node = makeNode('lodestone-mapping', {
      numberOfInputs: Math.max(inputs.filter(({ sound }) => sound).length, 1),
      numberOfOutputs: m + 1,
      outputChannelCount: Array(m + 1).fill(1),
      processorOptions: {
        source,
        analysis,
        inputs: inputs.map(({ names, sound }) => ({ size: names.length, sound: sound && { ...sound, source: null } })),
        outputs: this.#outputs.map((output) => this.#settings(output)),
        labels: labels.length,
        hasGestures: gestures.length > 0,
      },
    });
    this.#held = new Float32Array(m).fill(NaN);

    const report = new Float32Array(reportLength(n, m, labels.length)).fill(NaN, 0, n + m);
    const channel = latestChannel(report.length);
    this.#reader = openReader(channel.reading, report);
    this.#views = {
      inputs: report.subarray(0, n),
      values: report.subarray(n, n + m),
      confidences: report.subarray(n + m, n + 2 * m),
      states: report.subarray(n + 2 * m),
    };
    this.#states = labels.map((label) => ({ label, likelihood: 0, progress: 0, speed: 1 }));

    this.#senses = new Senses(inputs, (input, isLost, error) => {
      if (isLost) this.lost.add(input);
      else this.lost.delete(input);
      this.#tell(isLost ? 'lost' : 'found', { input, error });
    });
    this.#processor = new Remote(this.node.port, {
      rows: (block) => this.#receive(block),
      recording: () => this.#tell('recording'),
      full: () => this.stop(),
      gesture: ([label, confidence]) => this.#tell('gesture', { label: this.#lessons.labels[label], confidence }),
    });
    this.node.onprocessorerror = () => {
      const error = new LodestoneError('processor-error', 'the processor stopped');
      this.#processor.end(error);
      this.#fail(error);
    };
    this.#connections = connectionsOf(this.node, this.#outputs);
    /** @type {Promise<void>} Resolves when the audio thread is ready; if it rejects, `dispose` frees what there is. */
    this.ready = this.#start(context, channel);
  }

  // What is going on, for drawing: always the same objects, filled anew each time.

  /** The inputs; NaN before the first value. */
  get inputs() {
    return this.#latest().inputs;
  }

  /** The outputs, from 0 to 1; NaN before there is a model. */
  get values() {
    return this.#latest().values;
  }

  /** How much each output can be relied on, from 0 to 1. */
  get confidences() {
    return this.#latest().confidences;
  }

  /** How much the outputs can be relied on: the lowest of `confidences`. */
  get confidence() {
    let lowest = 1;
    for (const confidence of this.confidences) lowest = Math.min(lowest, confidence);
    return lowest;
  }

  /** The gestures or classes as they are going. */
  get states() {
    const { states } = this.#latest();
    this.#lessons.labels.forEach((label, i) => {
      const state = /** @type {LabelState} */ (this.#states.find((known) => known.label === label));
      stateNames.forEach((name, j) => (state[name] = states[stateNames.length * i + j]));
    });
    return this.#states;
  }

  get isRecording() {
    return this.#take !== null;
  }

  /** The takes: their rows, their label, and their first target of each output from 0 to 1. */
  get takes() {
    const { examples, labels } = this.#lessons;
    return Array.from({ length: examples.length }, (_, i) => {
      const { inputs, targets, label, weight } = examples.take(i);
      const rows = inputs.length / this.inputNames.length;
      return { rows, inputs, targets, label: labels[label], weight };
    });
  }

  // Showing

  /**
   * Sets outputs by hand, in the units of their parameters. While the mapping runs they stay there until the next take has
   * been recorded, or `run` is called.
   * @param {Record<string, number>} values
   */
  set(values) {
    for (const [name, value] of Object.entries(values)) {
      const k = this.#place(name);
      this.#held[k] = normal(this.#outputs[k], number(name, value));
      if (this.#connections[k].isFree) /** @type {AudioParam} */ (this.#outputs[k].param).value = value;
    }
    this.#processor.tell('hold', [this.#held]);
    this.#teach();
  }

  /** Sets all outputs to random values, to find a sound that is worth teaching. */
  randomise() {
    this.set(Object.fromEntries(this.#outputs.map((output) => [output.name, scaled(output, Math.random())])));
  }

  /**
   * Begins a take: from now on the inputs belong to these outputs, or to this label.
   * @param {string | Record<string, number>} [what] a label, or values of outputs in the units of their parameters; the
   *   others have their present values, which may change while it records
   * @param {RecordOptions} [options]
   */
  record(what = {}, { countIn = 0, limit = 60 } = {}) {
    if (this.#take) throw new LodestoneError('invalid-argument', 'a take is being recorded; first: stop()');
    const isLabel = typeof what === 'string';
    if (isLabel) this.#number(what);
    if (!(number('limit', limit) > 0)) throw refused('limit', limit, 'numbers above 0');
    if (!(number('countIn', countIn) >= 0)) throw refused('countIn', countIn, 'numbers from 0');
    if (!isLabel) {
      this.#hold();
      this.set(what);
    }
    const label = isLabel ? what : undefined;
    this.#take = { label, targets: new Float32Array(this.#outputs.length).fill(NaN), follower: undefined };
    this.#processor.tell('teach', [this.#take.targets]);
    this.#teach();
    if (!isLabel) this.#take.follower = setInterval(() => this.#teach(), 1000 / rowRate); // parameters are moved by hand
    this.#processor.tell('record', [Math.round(countIn * rowRate), Math.ceil(limit * rowRate)]);
  }

  /**
   * Ends the take, which is then learned.
   * @returns {Promise<{rows: number, dropped: number, evicted: number} | null>} rows that were kept; rows that were
   *   dropped because an input had no value; oldest takes that were pushed out. Null if there was no take or no row
   */
  stop() {
    const take = this.#take;
    this.#take = null;
    clearInterval(take?.follower);
    if (!take) return Promise.resolve(null);
    const recorded = this.#processor.call('stop').then(() => this.#collect()); // the rows arrive before the answer
    recorded.catch(() => {}); // it is awaited later
    this.#release();
    return this.#change(async () => {
      const [inputs, targets] = await recorded;
      try {
        if (take.label === undefined) return this.#edit('add', { inputs, targets });
        return this.#edit('add', { inputs, label: this.#number(take.label) });
      } catch (error) {
        this.#fail(/** @type {LodestoneError} */ (error));
        return null;
      }
    });
  }

  /** Takes back the last change of the takes. */
  undo() {
    return this.#change(() => this.#edit('undo'));
  }

  /** Repeats what was taken back. */
  redo() {
    return this.#change(() => this.#edit('redo'));
  }

  /** @param {number} index of a take */
  remove(index) {
    return this.#change(() => this.#edit('remove', index));
  }

  /**
   * @param {number} index of a take
   * @param {number} weight how much it counts beside others; 0: it is not learned
   */
  weigh(index, weight) {
    return this.#change(() => this.#edit('weigh', index, weight));
  }

  /** Removes all takes. */
  clear() {
    return this.#change(() => this.#edit('clear'));
  }

  // Playing

  /**
   * From now on the inputs play the parameters; their own values are kept, and come back with `run(false)`.
   * @param {boolean} [isRunning]
   */
  run(isRunning = true) {
    this.#isRunning = isRunning;
    this.#release();
  }

  /**
   * Leaves outputs out.
   * @param {string} name of an output
   * @param {{recording?: boolean, running?: boolean}} mutes whether takes teach it nothing; whether its parameter keeps
   *   its own value
   */
  mute(name, mutes) {
    const k = this.#place(name);
    for (const kind of /** @type {const} */ (['recording', 'running'])) {
      if (mutes[kind] === true) this.#mutes[kind].add(k);
      if (mutes[kind] === false) this.#mutes[kind].delete(k);
    }
    this.#connect();
    this.#teach();
  }

  /**
   * @param {string} label of a gesture or class
   * @param {number} factor multiplies the distance within which it is recognised, 0.01 to 100; until the next training
   */
  tolerate(label, factor) {
    this.#processor.tell('tolerate', [this.#number(label), number('factor', factor)]);
  }

  /**
   * What the outputs would be with these inputs, from 0 to 1: the same array each time; null before there is a model.
   * @param {ArrayLike<number>} inputs
   */
  predict(inputs) {
    if (!this.#learned) return null;
    this.#model ??= new CoreMapping(this.#core, this.#learned.bytes);
    this.#model.inputs.set(inputs);
    this.#model.run();
    return this.#model.outputs;
  }

  // Keeping

  /** A mapping file with the takes and the model. */
  toBytes() {
    return this.#change(() => this.#lessons.toBytes());
  }

  /**
   * Replaces the takes and the model by those of a mapping file, whose inputs, outputs and labels must have the same names.
   * @param {Uint8Array} file
   */
  load(file) {
    return this.#change(async () => {
      await this.#lessons.load(file);
      this.#tell('takes');
    });
  }

  /** Ends it; parameters have their own values again. */
  dispose() {
    this.#isDisposed = true;
    clearInterval(this.#take?.follower);
    for (const connection of this.#connections) connection.dispose();
    this.#senses.stop();
    this.#lessons.dispose();
    this.#model?.dispose();
    this.#processor.tell('dispose');
    this.#processor.end(new LodestoneError('invalid-argument', 'this mapping has been disposed of'));
    this.#reader.close();
    this.node.disconnect();
  }

  /**
   * @param {AnyContext} context
   * @param {ReturnType<typeof latestChannel>} channel of reports
   */
  async #start(context, channel) {
    const transfer = [...this.#senses.transfer, ...channel.transfer(channel.writing)];
    const started = this.#processor.call('start', [this.#senses.ends, channel.writing], transfer);
    this.node.connect(rawContext(context).destination, this.#outputs.length); // so that it is always at work
    this.#lessons.start();
    this.#senses.start(context, this.node);
    await started;
  }

  /**
   * What the audio thread has to know.
   * @param {import('./outputs.js').Output} output
   */
  #settings(output) {
    const { min, max, isLogarithmic, smoothing, param } = output;
    return { min, max, isLogarithmic, smoothing, follows: this.#followed(output), base: baseOf(param) };
  }

  /**
   * Where the output finds what it follows in the states of labels, whose order a file may change; -1: nowhere.
   * @param {import('./outputs.js').Output} output
   */
  #followed({ follows, name }) {
    const names = this.#lessons.labels.flatMap((label) => stateNames.map((state) => `${label}.${state}`));
    const place = follows ? names.indexOf(follows) : -1;
    if (follows && place < 0) throw refused(`follows of ${name}`, follows, names.join(', '));
    return place;
  }

  /** @param {string} label */
  #number(label) {
    const { labels } = this.#lessons;
    const found = labels.indexOf(label);
    if (found < 0) throw refused('label', label, labels.join(', '));
    return found;
  }

  #latest() {
    this.#reader.read();
    return this.#views;
  }

  /** @param {string} name */
  #place(name) {
    const k = this.outputNames.indexOf(name);
    if (k < 0) throw refused('output', name, this.outputNames.join(', '));
    return k;
  }

  /** Holds all outputs where they are. */
  #hold() {
    const { values } = this.#latest();
    this.#outputs.forEach((output, k) => {
      if (this.#connections[k].isFree) this.#held[k] = normal(output, /** @type {AudioParam} */ (output.param).value);
      else if (Number.isNaN(this.#held[k])) this.#held[k] = values[k];
    });
  }

  /** Tells what the take teaches, if that has changed. */
  #teach() {
    if (!this.#take || this.#take.label !== undefined) return;
    const { targets } = this.#take;
    let hasChanged = false;
    this.#outputs.forEach((output, k) => {
      if (this.#connections[k].isFree) this.#held[k] = normal(output, /** @type {AudioParam} */ (output.param).value);
      const target = this.#mutes.recording.has(k) || output.follows ? NaN : this.#held[k];
      hasChanged ||= !Object.is(target, targets[k]);
      targets[k] = target;
    });
    if (hasChanged) this.#processor.tell('teach', [targets]);
  }

  /** Gives the outputs back to the model. */
  #release() {
    this.#processor.tell('hold', [this.#held.fill(NaN)]);
    this.#connect();
  }

  #connect() {
    const isOn = this.#isRunning && this.#learned !== null;
    this.#connections.forEach((connection, k) => connection.set(isOn && !this.#mutes.running.has(k)));
  }

  /** @param {Float32Array} block a number of rows, and these: inputs, then targets */
  #receive(block) {
    this.#rows.push(block.slice(1, 1 + block[0] * (this.inputNames.length + this.#outputs.length)));
    block[0] = 0;
    this.#processor.tell('giveBack', [block], [block.buffer]);
  }

  /** The inputs and the targets of the rows that have arrived. */
  #collect() {
    const [n, m] = [this.inputNames.length, this.#outputs.length];
    const blocks = this.#rows.splice(0);
    const count = blocks.reduce((sum, { length }) => sum + length / (n + m), 0);
    const [inputs, targets] = [new Float32Array(count * n), new Float32Array(count * m)];
    let row = 0;
    for (const block of blocks) {
      for (let at = 0; at < block.length; at += n + m, ++row) {
        inputs.set(block.subarray(at, at + n), row * n);
        targets.set(block.subarray(at + n, at + n + m), row * m);
      }
    }
    return [inputs, targets];
  }

  /**
   * @template T
   * @param {() => T | Promise<T>} act
   * @returns {Promise<T>}
   */
  #change(act) {
    const done = this.#changing.then(act);
    this.#changing = done.catch(() => {});
    return done;
  }

  /**
   * @param {Parameters<Lessons['change']>[0]} method
   * @param {any[]} given
   */
  #edit(method, ...given) {
    const result = this.#lessons.change(method, ...given);
    this.#tell('takes');
    return result;
  }

  /** @param {import('./lessons.js').Learned | null} learned which replaces the model */
  async #play(learned) {
    this.#learned = learned;
    this.#model?.dispose();
    this.#model = null;
    const follows = this.#outputs.map((output) => this.#followed(output));
    await this.#processor.call('model', [learned && learned.bytes, follows]);
    this.#connect();
    if (!learned) return;
    const reports = this.outputNames.map((name, k) => [name, learned.reports[k]]);
    this.#tell('trained', { reports: Object.fromEntries(reports) });
  }

  /** @param {LodestoneError} error */
  #fail(error) {
    this.#tell('error', { error });
  }

  /**
   * @param {string} type
   * @param {object} [details] which become properties of the event
   */
  #tell(type, details = {}) {
    if (this.#isDisposed) return;
    const event = Object.assign(new Event(type), details);
    this.dispatchEvent(event);
    /** @type {any} */ (this)[`on${type}`]?.(event);
  }
}

/**
 * Makes a mapping and waits until it is ready.
 *
 *     const mapping = await createMapping(context, {
 *       inputs: [pointer(pad), gamepad(0)],
 *       outputs: { cutoff: filter.frequency },
 *     });
 *     mapping.record();
 *     mapping.stop();
 *     mapping.run();
 * @param {AnyContext} context
 * @param {MappingOptions & import('../nodes/register.js').RegisterOptions} options
 * @returns {Promise<Mapping>} rejects with a LodestoneError
 */
export async function createMapping(context, options) {
  const { workletUrl, wasmUrl, AudioWorkletNode, ...rest } = options;
  if (!Array.isArray(rest.inputs)) throw refused('inputs', rest.inputs, 'arrays of inputs');
  const hasSound = rest.inputs.some(({ sound }) => sound);
  const [analysis] = await Promise.all([
    hasSound ? prepare(undefined, 'analysis') : undefined,
    mappings.register(context, { workletUrl, wasmUrl, AudioWorkletNode }),
  ]);
  const core = await localCore(prepare(undefined, 'mapping'));
  const mapping = await mappings.make(context, () => new Mapping(context, core, analysis, rest));
  try {
    await mapping.ready;
  } catch (error) {
    mapping.dispose(); // so that its parameters are free again
    throw error;
  }
  return mapping;
}
