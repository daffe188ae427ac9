/* global sampleRate */
import { Processor } from '../nodes/processor.js';
import { serve } from '../threads/remote.js';
import { PortLink } from '../threads/ring.js';
import { Instance } from '../wasm/instance.js';
import { CoreMapping } from '../wasm/mapping.js';
import { Glides } from './glides.js';
import { Hearing } from './hearing.js';
import { openReader, openWriter } from './latest.js';
import { reportLength, reportRate, rowBlocks, rowRate, rowsInBlock } from './rows.js';

/** @typedef {Pick<import('./input.js').Sound, 'features' | 'options'>} Sound */
/** @typedef {import('./latest.js').End} End */

/**
 * @typedef {object} OutputSettings
 * @property {number} min
 * @property {number} max
 * @property {boolean} isLogarithmic
 * @property {number} smoothing
 * @property {number} base what its parameter adds
 * @property {number} follows a place in the states of labels instead of the model's output; -1: none
 */

/**
 * @typedef {object} MappingProcessorOptions
 * @property {WebAssembly.Module | Uint8Array} source
 * @property {WebAssembly.Module} [analysis] if features are needed
 * @property {{size: number, sound?: Sound}[]} inputs those without a sound come from other threads
 * @property {OutputSettings[]} outputs
 * @property {number} labels
 * @property {boolean} hasGestures whether labels are gestures
 */

const quantum = 128;

/** Counts frames; true once in every period. */
class Beat {
  #period;
  #elapsed = 0;

  /** @param {number} rate per second */
  constructor(rate) {
    this.#period = sampleRate / rate;
  }

  /** @param {number} frames */
  pass(frames) {
    this.#elapsed += frames;
    if (this.#elapsed < this.#period) return false;
    this.#elapsed -= this.#period;
    return true;
  }
}

/** The audio thread's side of a mapping: gathers the inputs, runs the model and plays its outputs. */
export class MappingProcessor extends Processor {
  #core;
  /** @type {CoreMapping | null} */
  #model = null;
  #inputs;
  /** @type {{read: () => boolean}[]} */
  #readers = [];
  /** @type {Hearing[]} */
  #hearings = [];
  #glides;
  #follows;
  /** What plays instead of the model's outputs; NaN for those of the model. */
  #held;
  /** What a recording teaches; NaN for nothing. */
  #targets;
  /** Rows until the recording begins, and until it has to end. */
  #countIn = 0;
  #left = 0;
  #isRecording = false;
  /** @type {Float32Array | null} */
  #block = null;
  #rows;
  #report;
  /** @type {ReturnType<typeof openWriter> | null} */
  #reporter = null;
  #hasGestures;
  #rowBeat = new Beat(rowRate);
  #reportBeat = new Beat(reportRate);
  #isActive = true;

  /** @param {{processorOptions: MappingProcessorOptions}} options */
  constructor({ processorOptions: { source, analysis, inputs, outputs, labels, hasGestures } }) {
    super();
    this.#core = new Instance(source);
    this.#inputs = new Float32Array(inputs.reduce((sum, { size }) => sum + size, 0)).fill(NaN);
    let at = 0;
    const places = inputs.map(({ size }) => this.#inputs.subarray(at, (at += size)));
    inputs.forEach(
      ({ sound }, i) => sound && this.#hear(/** @type {WebAssembly.Module} */ (analysis), sound, places[i]),
    );
    this.#glides = new Glides(outputs, quantum / sampleRate);
    this.#follows = outputs.map(({ follows }) => follows);
    this.#held = new Float32Array(outputs.length).fill(NaN);
    this.#targets = new Float32Array(outputs.length).fill(NaN);
    this.#hasGestures = hasGestures;
    this.#report = new Float32Array(reportLength(this.#inputs.length, outputs.length, labels));
    this.#rows = new PortLink(this.port, rowBlocks, ['rows']);
    const width = this.#inputs.length + outputs.length;
    for (let i = 0; i < rowBlocks; ++i) this.#rows.receive(new Float32Array(1 + rowsInBlock * width));
    serve(this.port, {
      start: (/** @type {(End | undefined)[]} */ ends, /** @type {End} */ report) => {
        ends.forEach((end, i) => end && this.#readers.push(openReader(end, places[i])));
        this.#reporter = openWriter(report, this.#report.length);
      },
      model: (/** @type {[Uint8Array | null, number[]]} */ ...given) => this.#take(...given),
      hold: (/** @type {Float32Array} */ held) => this.#held.set(held),
      teach: (/** @type {Float32Array} */ targets) => this.#targets.set(targets),
      record: (/** @type {number} */ countIn, /** @type {number} */ limit) => this.#record(countIn, limit),
      stop: () => this.#stop(),
      giveBack: (/** @type {Float32Array} */ block) => this.#rows.receive(block),
      tolerate: (/** @type {[number, number]} */ ...given) => this.#model?.setTolerance(...given),
      dispose: () => this.#dispose(),
    });
  }

  /**
   * @param {Float32Array[][]} inputs
   * @param {Float32Array[][]} outputs
   */
  process(inputs, outputs) {
    if (!this.#isActive) return false;
    const { length } = outputs[0][0];
    for (let i = 0; i < this.#readers.length; ++i) this.#readers[i].read();
    for (let i = 0; i < this.#hearings.length; ++i) this.#hearings[i].hear(inputs[i]);
    const isRow = this.#rowBeat.pass(length);
    if (isRow && this.#isRecording) this.#write();
    const model = this.#model;
    if (model) this.#run(model, isRow);
    this.#aim();
    for (let k = 0; k < this.#held.length; ++k) this.#glides.fill(outputs[k][0], k);
    if (this.#reportBeat.pass(length)) this.#tell();
    return true;
  }

  /**
   * @param {WebAssembly.Module} analysis
   * @param {Sound} sound
   * @param {Float32Array} values
   */
  #hear(analysis, { features, options }, values) {
    this.#hearings.push(new Hearing(new Instance(analysis), { features, options: { ...options, sampleRate } }, values));
  }

  /**
   * @param {CoreMapping} model
   * @param {boolean} isRow
   */
  #run(model, isRow) {
    const { inputs } = model;
    for (let i = 0; i < inputs.length; ++i) inputs[i] = this.#inputs[i];
    const label = model.run(isRow);
    if (label >= 0 && this.#hasGestures) this.port.postMessage(['gesture', [label, model.labelConfidence]]);
  }

  /** Sets where the outputs go. */
  #aim() {
    const { targets } = this.#glides;
    const model = this.#model;
    for (let k = 0; k < targets.length; ++k) {
      if (!Number.isNaN(this.#held[k])) targets[k] = this.#held[k];
      else if (!model) targets[k] = NaN;
      else targets[k] = this.#follows[k] < 0 ? model.outputs[k] : model.states[this.#follows[k]];
    }
  }

  /**
   * @param {Uint8Array | null} bytes of the next model
   * @param {number[]} follows see OutputSettings
   */
  #take(bytes, follows) {
    const next = bytes && new CoreMapping(this.#core, bytes);
    this.#follows = follows;
    this.#model?.dispose();
    this.#model = next;
  }

  /**
   * @param {number} countIn in rows
   * @param {number} limit
   */
  #record(countIn, limit) {
    this.#countIn = countIn;
    this.#left = limit;
    this.#isRecording = true;
  }

  #write() {
    if (this.#countIn-- > 0) return;
    if (this.#countIn === -1) this.port.postMessage(['recording']);
    this.#block ??= this.#rows.take();
    const block = this.#block;
    if (block) {
      const [inputs, targets] = [this.#inputs, this.#targets];
      let at = 1 + block[0]++ * (inputs.length + targets.length);
      for (let i = 0; i < inputs.length; ++i) block[at++] = inputs[i];
      for (let k = 0; k < targets.length; ++k) block[at++] = targets[k];
      if (block[0] === rowsInBlock) this.#send();
    }
    if (--this.#left === 0) {
      this.#isRecording = false;
      this.port.postMessage(['full']);
    }
  }

  #send() {
    if (this.#block) this.#rows.give(this.#block);
    this.#block = null;
  }

  /** The rows are on their way before the answer. */
  #stop() {
    this.#isRecording = false;
    this.#send();
  }

  #tell() {
    const report = this.#report;
    let at = 0;
    for (let i = 0; i < this.#inputs.length; ++i) report[at++] = this.#inputs[i];
    const { shares } = this.#glides;
    for (let k = 0; k < shares.length; ++k) report[at++] = shares[k];
    const model = this.#model;
    for (let k = 0; k < shares.length; ++k) report[at++] = model ? model.confidences[k] : 0;
    for (let i = 0; at < report.length; ++i) report[at++] = model && i < model.states.length ? model.states[i] : 0;
    this.#reporter?.write(report);
  }

  #dispose() {
    this.#isActive = false;
    this.#model = null;
    this.#reporter?.close();
    this.port.close();
  }
}
