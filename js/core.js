// The C ABI as synchronous classes that work in every scope, the AudioWorklet included. Each `Core` is an instance of
// the module with its own memory; each object lives in the memory of its core until `dispose()`.
//
// A view of memory dies when memory grows, so none outlives a call: arrays are copied in before it and out after it.

import { LodestoneError } from './errors.js';
import { instantiate } from './loader.js';
import { readModelFile, tensorShapes, writeModelFile } from './model-file.js';
import * as options from './options.js';

/**
 * Frames of magnitudes, `data[frame · bins + bin]`, or of complex numbers, `data[2 · (frame · bins + bin)]` the real
 * and the next the imaginary part.
 * @typedef {object} Frames
 * @property {number} frames
 * @property {number} bins DC to Nyquist: size / 2 + 1
 * @property {Float32Array} data
 * @property {number} [length] samples of the signal; 0 where unknown
 */

/** The error codes of the C ABI; see ErrorCode in result.hpp. */
const codes = /** @type {const} */ ({
  1: 'invalid-argument',
  2: 'invalid-data',
  3: 'out-of-memory',
  4: 'cancelled',
});

/** An instance of the module. */
export class Core {
  /** @param {WebAssembly.Module | BufferSource} source */
  constructor(source) {
    /** The exports of the module. */
    this.abi = instantiate(source);
  }

  /** Bytes of memory that the instance has taken; they only grow. */
  get memoryBytes() {
    return this.abi.memory.buffer.byteLength;
  }

  /** The last failure as an error. */
  failure() {
    const bytes = new Uint8Array(this.abi.memory.buffer);
    const code = /** @type {1 | 2 | 3 | 4} */ (this.abi.lodestone_error());
    return new LodestoneError(codes[code], decodeUtf8(bytes, this.abi.lodestone_message() >>> 0));
  }

  /** @param {number} status */
  check(status) {
    if (status !== 0) throw this.failure();
  }

  /**
   * Calls `use` with pointers to copies of the arrays, which it gives back afterwards; null stands for no array.
   * @template T
   * @param {(ArrayBufferView | null)[]} arrays
   * @param {(...pointers: number[]) => T} use
   * @returns {T}
   */
  lend(arrays, use) {
    /** @type {number[]} */
    const pointers = [];
    try {
      for (const array of arrays) pointers.push(array ? this.#store(array) : 0);
      return use(...pointers);
    } finally {
      for (const pointer of pointers) this.abi.lodestone_free(pointer);
    }
  }

  /** The output of the last call. */
  floats() {
    const { pointer, rows, cols } = this.#output();
    return this.#taken(new Float32Array(this.abi.memory.buffer, pointer, rows * cols).slice());
  }

  doubles() {
    const { pointer, rows, cols } = this.#output();
    return this.#taken(new Float64Array(this.abi.memory.buffer, pointer, rows * cols).slice());
  }

  bytes() {
    const { pointer, rows, cols } = this.#output();
    return this.#taken(new Uint8Array(this.abi.memory.buffer, pointer, rows * cols).slice());
  }

  /**
   * @param {1 | 2} parts floats in a value: 2 for complex numbers
   * @param {number} length
   * @returns {Required<Frames>}
   */
  frames(parts, length) {
    const { pointer, rows, cols } = this.#output();
    const data = new Float32Array(this.abi.memory.buffer, pointer, rows * cols * parts).slice();
    return this.#taken({ frames: rows, bins: cols, data, length });
  }

  /**
   * A WAV file's samples, its channels mixed to one.
   * @param {Uint8Array} bytes
   */
  readWav(bytes) {
    const sampleRate = this.lend([bytes], (pointer) => this.abi.lodestone_wav_read(pointer, bytes.length));
    if (sampleRate === 0) throw this.failure();
    return { samples: this.floats(), sampleRate };
  }

  /**
   * A WAV file of 16-bit integers, or of 32-bit floats.
   * @param {Float32Array} samples
   * @param {number} sampleRate
   * @param {boolean} float
   */
  writeWav(samples, sampleRate, float) {
    const data = options.floats('samples', samples);
    const rate = options.number('sampleRate', sampleRate);
    const encoding = options.flag('float', float);
    this.check(this.lend([data], (pointer) => this.abi.lodestone_wav_write(pointer, data.length, rate, encoding)));
    return this.bytes();
  }

  #output() {
    return {
      pointer: this.abi.lodestone_output() >>> 0,
      rows: this.abi.lodestone_output_rows() >>> 0,
      cols: this.abi.lodestone_output_cols() >>> 0,
    };
  }

  /**
   * @template T
   * @param {T} copy
   */
  #taken(copy) {
    this.abi.lodestone_output_release();
    return copy;
  }

  /** @param {ArrayBufferView} array */
  #store(array) {
    const pointer = this.abi.lodestone_alloc(array.byteLength) >>> 0;
    if (pointer === 0) throw this.failure();
    const source = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    new Uint8Array(this.abi.memory.buffer, pointer, array.byteLength).set(source);
    return pointer;
  }
}

/** An object in the memory of a core. */
class Handle {
  #pointer;
  #kind;

  /**
   * @param {Core} core
   * @param {string} kind the part of its functions' names that stands for it
   * @param {number} pointer null where making it failed
   */
  constructor(core, kind, pointer) {
    if (pointer === 0) throw core.failure();
    this.core = core;
    this.#pointer = pointer;
    this.#kind = kind;
  }

  get pointer() {
    if (this.#pointer !== 0) return this.#pointer;
    throw new LodestoneError('invalid-argument', `this ${this.#kind.replaceAll('_', ' ')} has been disposed of`);
  }

  /** Gives its memory back; a second time does nothing. */
  dispose() {
    if (this.#pointer !== 0) this.core.abi[`lodestone_${this.#kind}_destroy`](this.#pointer);
    this.#pointer = 0;
  }
}

/** Short-time Fourier transform of whole signals. */
export class CoreStft extends Handle {
  /**
   * @param {Core} core
   * @param {options.StftOptions} [given]
   */
  constructor(core, given) {
    const config = options.settle('Stft', given, options.stftDefaults);
    super(core, 'stft', core.abi.lodestone_stft_create(...stftArguments(config)));
    this.config = config;
  }

  get bins() {
    return this.config.size / 2 + 1;
  }

  /**
   * @param {Float32Array} samples
   * @returns {Required<Frames>} complex
   */
  transform(samples) {
    return this.#analyse('lodestone_stft_transform', samples, 2);
  }

  /**
   * @param {Float32Array} samples
   * @returns {Required<Frames>}
   */
  magnitudes(samples) {
    return this.#analyse('lodestone_stft_magnitudes', samples, 1);
  }

  /**
   * The samples of a complex spectrum.
   * @param {Frames} spectrum
   */
  inverse(spectrum) {
    const { frames, data, length } = checkFrames('spectrum', spectrum, this.bins, 2);
    const { abi } = this.core;
    this.core.check(
      this.core.lend([data], (pointer) => abi.lodestone_stft_inverse(this.pointer, pointer, frames, length)),
    );
    return this.core.floats();
  }

  /**
   * @param {string} name
   * @param {Float32Array} samples
   * @param {1 | 2} parts
   */
  #analyse(name, samples, parts) {
    const data = options.floats('samples', samples);
    this.core.check(this.core.lend([data], (pointer) => this.core.abi[name](this.pointer, pointer, data.length)));
    return this.core.frames(parts, data.length);
  }
}

/** `CoreStft.transform` piece by piece. */
export class CoreStftStream extends Handle {
  /**
   * @param {Core} core
   * @param {options.StftOptions} [given]
   */
  constructor(core, given) {
    const config = options.settle('Stft', given, options.stftDefaults);
    super(core, 'stft_stream', core.abi.lodestone_stft_stream_create(...stftArguments(config)));
    this.config = config;
  }

  /**
   * The frames that these samples complete.
   * @param {Float32Array} samples any number
   */
  push(samples) {
    const data = options.floats('samples', samples);
    /** @type {Float32Array[]} */
    const frames = [];
    this.core.lend([data], (pointer) => {
      for (let taken = 0; taken < data.length; this.#collect(frames)) {
        const rest = data.length - taken;
        taken += this.core.abi.lodestone_stft_stream_push(this.pointer, pointer + 4 * taken, rest) >>> 0;
      }
    });
    return this.#join(frames);
  }

  /** The signal has ended: the last frames. */
  finish() {
    /** @type {Float32Array[]} */
    const frames = [];
    this.core.abi.lodestone_stft_stream_finish(this.pointer);
    this.#collect(frames);
    return this.#join(frames);
  }

  /** Forgets all samples. */
  reset() {
    this.core.abi.lodestone_stft_stream_reset(this.pointer);
  }

  /** @param {Float32Array[]} frames */
  #collect(frames) {
    const { abi } = this.core;
    for (let pointer; (pointer = abi.lodestone_stft_stream_next(this.pointer) >>> 0) !== 0;) {
      frames.push(new Float32Array(abi.memory.buffer, pointer, this.config.size + 2).slice());
    }
  }

  /**
   * @param {Float32Array[]} frames
   * @returns {Required<Frames>} complex
   */
  #join(frames) {
    return { frames: frames.length, bins: this.config.size / 2 + 1, data: concatenate(frames), length: 0 };
  }
}

/** `CoreStft.inverse` piece by piece. */
export class CoreInverseStftStream extends Handle {
  /**
   * @param {Core} core
   * @param {options.StftOptions} [given]
   */
  constructor(core, given) {
    const config = options.settle('Stft', given, options.stftDefaults);
    super(core, 'inverse_stft_stream', core.abi.lodestone_inverse_stft_stream_create(...stftArguments(config)));
    this.config = config;
  }

  /**
   * The samples that no later frame touches.
   * @param {Frames} spectrum complex frames, any number
   */
  push(spectrum) {
    const { frames, bins, data } = checkFrames('spectrum', spectrum, this.config.size / 2 + 1, 2);
    return this.core.lend([data], (pointer) => {
      const parts = [];
      for (let m = 0; m < frames; ++m) {
        this.core.abi.lodestone_inverse_stft_stream_push(this.pointer, pointer + m * bins * 8);
        parts.push(this.core.floats());
      }
      return concatenate(parts);
    });
  }

  /** The frames have ended: the remaining samples. */
  finish() {
    this.core.abi.lodestone_inverse_stft_stream_finish(this.pointer);
    return this.core.floats();
  }

  /** Forgets all frames. */
  reset() {
    this.core.abi.lodestone_inverse_stft_stream_reset(this.pointer);
  }
}

/** Everything needed to play a sound that has been learned. */
export class CoreModel extends Handle {
  /**
   * @param {Core} core
   * @param {Uint8Array | number} source a model file, or the handle of a model
   */
  constructor(core, source) {
    if (typeof source === 'number') {
      super(core, 'model', source);
      return;
    }
    const file = readModelFile(source);
    super(core, 'model', createModel(core, file));
    try {
      this.#fill(file.tensors);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** The model file. */
  toBytes() {
    const { config, losses, validationLosses } = this;
    const shapes = tensorShapes(config);
    const behind = shapes.length;
    if (this.#at(behind) !== 0) shapes.push(['residuals', [config.size / 2 + 1]]);
    const tensors = shapes.map(([name, shape], index) => {
      const values = this.#values(index, shape);
      checkValues(name, values);
      return { name, dtype: 'F32', shape, bytes: new Uint8Array(values.slice().buffer) };
    });
    if (config.impulses > 0) tensors.push(this.#impulses(behind + 1, config));
    return writeModelFile({ config, losses, validationLosses }, tensors);
  }

  /** The magnitudes of the training sound that it keeps, `[frames, bins]`. */
  trainingFrames() {
    const { config } = this;
    const behindResiduals = tensorShapes(config).length + 1;
    return this.#values(behindResiduals, [config.impulses, config.size / 2 + 1]).slice();
  }

  /** @param {Map<string, import('./model-file.js').Tensor>} tensors */
  #fill(tensors) {
    const shapes = tensorShapes(this.config);
    for (const name of ['residuals', 'impulses']) shapes.push([name, tensors.get(name)?.shape ?? [0]]);
    shapes.forEach(([name, shape], index) => {
      const tensor = tensors.get(name);
      if (!tensor) return;
      const at = this.#at(index);
      if (tensor.dtype === 'F16') {
        const count = tensor.bytes.length / 2;
        this.core.lend([tensor.bytes], (halves) => this.core.abi.lodestone_from_half(halves, count, at));
      } else {
        this.#values(index, shape).set(toFloats(tensor));
      }
      checkValues(name, this.#values(index, shape));
    });
  }

  /**
   * A view that dies when memory grows.
   * @param {number} index
   * @param {number[]} shape
   */
  #values(index, shape) {
    const count = shape.reduce((product, length) => product * length, 1);
    return new Float32Array(this.core.abi.memory.buffer, this.#at(index), count);
  }

  /** @param {number} index */
  #at(index) {
    return this.core.abi.lodestone_model_tensor(this.pointer, index) >>> 0;
  }

  /**
   * As float16 where that holds every value to the bit.
   * @param {number} index
   * @param {{impulses: number, size: number}} config
   */
  #impulses(index, { impulses, size }) {
    const shape = [impulses, size / 2 + 1];
    checkValues('impulses', this.#values(index, shape));
    const halves = new Uint8Array(shape[0] * shape[1] * 2);
    const exact = this.core.lend([halves], (pointer) => {
      const held = this.core.abi.lodestone_to_half(this.#at(index), halves.length / 2, pointer);
      halves.set(new Uint8Array(this.core.abi.memory.buffer, pointer, halves.length));
      return held !== 0;
    });
    if (exact) return { name: 'impulses', dtype: 'F16', shape, bytes: halves };
    const floats = this.#values(index, shape).slice();
    return { name: 'impulses', dtype: 'F32', shape, bytes: new Uint8Array(floats.buffer) };
  }

  get config() {
    this.core.abi.lodestone_model_config(this.pointer);
    const [size, windowSize, hop, window, framing, sampleRate, sequence, scale, impulses, ...layers] =
      this.core.doubles();
    const { names } = options;
    return {
      size,
      windowSize,
      hop,
      window: names.windows[window],
      framing: names.framings[framing],
      sampleRate,
      layers,
      sequence,
      scale: names.scales[scale],
      /** How many training frames the model keeps to start dreams from. */
      impulses,
    };
  }

  /** Mean training loss of each epoch. */
  get losses() {
    this.core.abi.lodestone_model_losses(this.pointer);
    return Array.from(this.core.floats());
  }

  /** Held-out loss of each epoch; empty without validation. */
  get validationLosses() {
    this.core.abi.lodestone_model_validation_losses(this.pointer);
    return Array.from(this.core.floats());
  }
}

/**
 * The handle of a model of zeros, or 0.
 * @param {Core} core
 * @param {ReturnType<typeof readModelFile>} file
 * @returns {number}
 */
function createModel(core, { config, losses, validationLosses, tensors }) {
  const lists = [Int32Array.from(config.layers), Float32Array.from(losses), Float32Array.from(validationLosses)];
  const { names } = options;
  return core.lend(lists, (layers, lossList, validationList) =>
    core.abi.lodestone_model_create(
      config.size,
      config.windowSize,
      config.hop,
      names.windows.indexOf(config.window),
      names.framings.indexOf(config.framing),
      config.sampleRate,
      layers,
      config.layers.length,
      config.sequence,
      names.scales.indexOf(config.scale),
      tensors.has('residuals') ? 1 : 0,
      tensors.get('impulses')?.shape[0] ?? 0,
      lossList,
      losses.length,
      validationList,
      validationLosses.length,
    ),
  );
}

/** @param {import('./model-file.js').Tensor} tensor */
function toFloats({ name, dtype, bytes }) {
  const { buffer } = bytes.slice(); // aligned
  if (dtype === 'F32') return new Float32Array(buffer);
  if (dtype === 'F64') return new Float64Array(buffer);
  throw new LodestoneError('invalid-data', `${name} has the dtype ${dtype}; allowed: F16, F32, F64`);
}

/**
 * @param {string} name
 * @param {Float32Array} values
 */
function checkValues(name, values) {
  const lowest = ['residuals', 'impulses', 'batch_norm.running_var'].includes(name) ? 0 : -Infinity;
  const bad = values.findIndex((value) => !(Number.isFinite(value) && value >= lowest));
  if (bad < 0) return;
  const allowed = lowest === 0 ? 'finite numbers from 0' : 'finite numbers';
  throw new LodestoneError('invalid-data', `${name} is ${values[bad]} at value ${bad}; allowed: ${allowed}`);
}

/** Trains a model, a step at a time. */
export class CoreTrainer extends Handle {
  /**
   * @param {Core} core
   * @param {Float32Array} samples
   * @param {options.StftOptions & options.TrainerOptions} [given]
   * @param {CoreModel} [initial] whose weights replace the initialiser
   */
  constructor(core, samples, given, initial) {
    const config = options.settle('training', given, { ...options.stftDefaults, ...options.trainerDefaults });
    const data = options.floats('samples', samples);
    const layers = Int32Array.from(options.list('layers', config.layers, options.integer));
    const numbers = [
      options.integer('sequence', config.sequence),
      options.choice('training', config.training, options.names.trainings),
      options.integer('batch', config.batch),
      options.integer('run', config.run),
      options.integer('stretch', config.stretch),
      options.number('learningRate', config.learningRate),
      options.number('weightDecay', config.weightDecay),
      options.number('clipNorm', config.clipNorm),
      options.number('validation', config.validation),
      options.choice('scale', config.scale, options.names.scales),
      options.choice('initialiser', config.initialiser, options.names.initialisers),
      options.seed('seed', config.seed),
      options.flag('impulses', config.impulses),
    ];
    const stft = new CoreStft(core, options.pick(config, options.stftDefaults));
    try {
      const make = (/** @type {number[]} */ ...[samplesAt, layersAt]) =>
        core.abi.lodestone_trainer_create(
          stft.pointer,
          samplesAt,
          data.length,
          layersAt,
          layers.length,
          ...numbers,
          initial?.pointer ?? 0,
        );
      super(core, 'trainer', core.lend([data, layers], make));
    } finally {
      stft.dispose();
    }
  }

  /** One step; returns its loss. */
  step() {
    return this.core.abi.lodestone_trainer_step(this.pointer);
  }

  /** Whole epochs done. */
  get epoch() {
    return this.core.abi.lodestone_trainer_epoch(this.pointer);
  }

  /** Steps done. */
  get stepCount() {
    return this.core.abi.lodestone_trainer_step_count(this.pointer);
  }

  get stepsPerEpoch() {
    return this.core.abi.lodestone_trainer_steps_per_epoch(this.pointer);
  }

  /** Mean loss of each whole epoch. */
  get losses() {
    this.core.abi.lodestone_trainer_losses(this.pointer);
    return Array.from(this.core.floats());
  }

  /** Held-out loss of each whole epoch; empty without validation. */
  get validationLosses() {
    this.core.abi.lodestone_trainer_validation_losses(this.pointer);
    return Array.from(this.core.floats());
  }

  /** The model so far, to be disposed of by itself. */
  model() {
    return new CoreModel(this.core, this.core.abi.lodestone_trainer_model(this.pointer));
  }
}

/** What finds phases: a preset or a list of stages. */
export class CorePhase extends Handle {
  /**
   * @param {Core} core
   * @param {options.PhaseOptions} [given]
   */
  constructor(core, given) {
    const config = options.settle('phase reconstruction', given, options.phaseDefaults);
    super(core, 'phase', core.abi.lodestone_phase_create());
    try {
      this.#fill(config);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** @param {options.PhaseOptions} config */
  #fill({ preset, stages, lookAhead, weightRange }) {
    const { abi } = this.core;
    if (stages === undefined) this.#usePreset(preset ?? 'best');
    else if (preset !== undefined) throw new LodestoneError('invalid-argument', 'give preset or stages, not both');
    else this.#addStages(stages);
    if (lookAhead !== undefined) {
      abi.lodestone_phase_set_look_ahead(this.pointer, options.integer('lookAhead', lookAhead));
    }
    if (weightRange !== undefined) {
      abi.lodestone_phase_set_weight_range(this.pointer, options.integer('weightRange', weightRange));
    }
  }

  /** @param {string} preset */
  #usePreset(preset) {
    const name = Uint8Array.from(String(preset), (letter) => letter.charCodeAt(0));
    this.core.check(
      this.core.lend([name], (pointer) => this.core.abi.lodestone_phase_preset(this.pointer, pointer, name.length)),
    );
  }

  /** @param {options.PhaseStage[]} stages */
  #addStages(stages) {
    if (!Array.isArray(stages)) throw new LodestoneError('invalid-argument', 'stages must be a list of stages');
    for (const given of stages) {
      const stage = options.settle('a phase stage', given, options.stageDefaults);
      this.core.check(
        this.core.abi.lodestone_phase_add_stage(
          this.pointer,
          options.choice('method', stage.method, options.names.methods),
          options.integer('iterations', stage.iterations),
          options.number('alpha', stage.alpha),
          options.number('beta', stage.beta),
          options.number('gamma', stage.gamma),
          options.number('momentum', stage.momentum),
        ),
      );
    }
  }
}

/** Phases for whole signals, a slice at a time. */
export class CoreReconstruction extends Handle {
  #length;

  /**
   * @param {Core} core
   * @param {Frames} magnitudes
   * @param {options.StftOptions} [stftOptions] how the magnitudes came about
   * @param {options.PhaseOptions} [phaseOptions]
   * @param {Frames} [start] complex, of the same shape: phases to start from
   */
  constructor(core, magnitudes, stftOptions, phaseOptions, start) {
    const stft = new CoreStft(core, stftOptions);
    let phase;
    try {
      phase = new CorePhase(core, phaseOptions);
      const { frames, data, length } = checkFrames('magnitudes', magnitudes, stft.bins, 1);
      const startData = start ? checkFrames('start', start, stft.bins, 2, frames).data : null;
      const phasePointer = phase.pointer;
      const make = (/** @type {number[]} */ ...[dataAt, startAt]) =>
        core.abi.lodestone_reconstruction_create(stft.pointer, dataAt, frames, length, phasePointer, startAt);
      super(core, 'reconstruction', core.lend([data, startData], make));
      this.#length = length;
    } finally {
      phase?.dispose();
      stft.dispose();
    }
  }

  /** Works for some milliseconds; true when all stages are done. */
  step() {
    return this.core.abi.lodestone_reconstruction_step(this.pointer) === 1;
  }

  /** 0 to 1. */
  get progress() {
    return this.core.abi.lodestone_reconstruction_progress(this.pointer);
  }

  /** The complex spectrum so far. */
  spectrum() {
    this.core.abi.lodestone_reconstruction_spectrum(this.pointer);
    return this.core.frames(2, this.#length);
  }
}

class CoreDream extends Handle {
  /**
   * @param {Core} core
   * @param {Required<options.DreamOptions>} config
   */
  constructor(core, config) {
    const points = Float64Array.from(options.list('points', config.points, options.number));
    const lengths = Int32Array.from(options.list('lengths', config.lengths, options.integer));
    if (points.length !== lengths.length) {
      throw new LodestoneError(
        'invalid-argument',
        `points has ${points.length} entries, lengths has ${lengths.length}; allowed: as many of each`,
      );
    }
    const numbers = [
      options.seed('seed', config.seed),
      options.choice('mode', config.mode, options.names.modes),
      options.number('position', config.position),
      options.number('randomness', config.randomness),
    ];
    const make = (/** @type {number[]} */ ...pointers) =>
      core.abi.lodestone_dream_create(...numbers, ...pointers, points.length);
    super(core, 'dream', core.lend([points, lengths], make));
  }
}

/** A model as a player reads it. Its bytes are for instances of this very module, not for files. */
export class CoreLiveModel extends Handle {
  /**
   * @param {Core} core
   * @param {CoreModel} model what it needs of it is copied
   */
  constructor(core, model) {
    super(core, 'live_model', core.abi.lodestone_live_model_create(model.pointer));
  }

  /** What `new CorePlayer` takes, also in another instance. */
  bytes() {
    this.core.abi.lodestone_live_model_bytes(this.pointer);
    return this.core.bytes();
  }
}

/**
 * The live instrument. Once it is made it takes no memory and makes no objects: all its methods may run on the audio
 * thread.
 */
export class CorePlayer extends Handle {
  #block;
  #controls;
  #meter;
  #views;

  /**
   * @param {Core} core
   * @param {Uint8Array} liveModel the bytes of a CoreLiveModel
   * @param {options.PlayerOptions & options.PhaseStreamOptions} [given]
   */
  constructor(core, liveModel, given) {
    const { abi } = core;
    const config = options.settle('a player', given, { ...options.playerDefaults, ...options.phaseStreamDefaults });
    const numbers = [
      options.seed('seed', config.seed),
      options.choice('mode', config.mode, options.names.modes),
      options.choice('method', config.method, options.names.methods),
      options.integer('iterations', config.iterations),
      options.integer('lookAhead', config.lookAhead),
      options.integer('weightRange', config.weightRange),
      options.number('alpha', config.alpha),
      options.number('beta', config.beta),
      options.number('gamma', config.gamma),
      options.number('level', config.level),
      options.number('sampleRate', config.sampleRate),
      options.flag('spread', config.spread),
    ];
    const make = (/** @type {number} */ pointer) =>
      abi.lodestone_player_create(pointer, liveModel.byteLength, ...numbers);
    super(core, 'player', core.lend([liveModel], make));
    this.#block = abi.lodestone_alloc(2 * CorePlayer.#blockLength * 4) >>> 0;
    if (this.#block === 0) {
      super.dispose();
      throw core.failure();
    }
    this.#controls = abi.lodestone_player_controls(this.pointer) >>> 0;
    this.#meter = abi.lodestone_player_meter(this.pointer) >>> 0;
    this.#views = this.#viewsOfMemory();
  }

  static #blockLength = 1024;

  /**
   * Fills `output` with the next samples.
   * @param {Float32Array} output of any length
   * @param {Float32Array} [input] as many samples of the sound that drives the dream
   */
  process(output, input) {
    for (let done = 0; done < output.length; done += CorePlayer.#blockLength) {
      const count = Math.min(output.length - done, CorePlayer.#blockLength);
      const { samples, driver } = this.#memory();
      // Not `set`: a part of the view would be a new object, to be collected on the audio thread.
      if (input) for (let i = 0; i < count; ++i) driver[i] = input[done + i];
      const driverAt = input ? this.#block + 4 * CorePlayer.#blockLength : 0;
      this.core.abi.lodestone_player_process(this.pointer, driverAt, this.#block, count);
      for (let i = 0; i < count; ++i) output[done + i] = samples[i];
    }
  }

  /**
   * Moves a control, from the next hop on.
   * @param {number} index in `controlNames`
   * @param {number} value beyond its range: its nearer end; NaN: its default
   */
  setControl(index, value) {
    this.#memory().controls[index] = value;
  }

  /**
   * A note: jumps there with the next hop.
   * @param {number} position 0 to 1
   * @param {number} [pitch] semitones, -24 to 24, until the next note
   */
  trigger(position, pitch = 0) {
    this.core.abi.lodestone_player_trigger(this.pointer, position, pitch);
  }

  /**
   * The dream begins anew with the next hop.
   * @param {number} seed
   */
  reset(seed) {
    this.core.abi.lodestone_player_reset(this.pointer, seed);
  }

  /**
   * Copies a piece of another live model's bytes to where `swap` takes them from; false while a swap is going on.
   * @param {number} at
   * @param {Uint8Array} piece
   */
  writeSpare(at, piece) {
    const spare = this.core.abi.lodestone_player_spare(this.pointer) >>> 0;
    if (spare === 0) return false;
    this.#memory().bytes.set(piece, spare + at);
    return true;
  }

  /** Goes over to the model that has been written; false where that is none of the same shape. */
  swap() {
    return this.core.abi.lodestone_player_swap(this.pointer) === 1;
  }

  /**
   * Spends less: 1: one iteration of LWS; 2: the stateful mode besides; 0: as created.
   * @param {0 | 1 | 2} level
   */
  setQuality(level) {
    this.core.abi.lodestone_player_set_quality(this.pointer, level);
  }

  /**
   * The numbers of `meterNames`, as they are now: a view that the next call changes.
   */
  meter() {
    this.core.abi.lodestone_player_meter(this.pointer);
    return this.#memory().meter;
  }

  dispose() {
    this.core.abi.lodestone_free(this.#block);
    this.#block = 0;
    super.dispose();
  }

  /** Others may have let memory grow since the last time. */
  #memory() {
    if (this.#views.bytes.buffer !== this.core.abi.memory.buffer) this.#views = this.#viewsOfMemory();
    return this.#views;
  }

  #viewsOfMemory() {
    const { buffer } = this.core.abi.memory;
    const length = CorePlayer.#blockLength;
    return {
      bytes: new Uint8Array(buffer),
      samples: new Float32Array(buffer, this.#block, length),
      driver: new Float32Array(buffer, this.#block + 4 * length, length),
      controls: new Float32Array(buffer, this.#controls, options.controlNames.length),
      meter: new Float64Array(buffer, this.#meter, options.meterNames.length),
    };
  }
}

/** A whole sound, a slice at a time. */
export class CoreGeneration extends Handle {
  /**
   * @param {Core} core
   * @param {CoreModel} model
   * @param {number} seconds
   * @param {options.DreamOptions} [dreamOptions]
   * @param {options.PhaseOptions} [phaseOptions]
   */
  constructor(core, model, seconds, dreamOptions, phaseOptions) {
    const length = options.number('seconds', seconds);
    const dream = new CoreDream(core, options.settle('a generation', dreamOptions, options.dreamDefaults));
    let phase;
    try {
      phase = new CorePhase(core, phaseOptions);
      const { abi } = core;
      super(core, 'generation', abi.lodestone_generation_create(model.pointer, dream.pointer, phase.pointer, length));
    } finally {
      phase?.dispose();
      dream.dispose();
    }
  }

  /** Works for some milliseconds; true when the sound is ready. */
  step() {
    const state = this.core.abi.lodestone_generation_step(this.pointer);
    if (state < 0) throw this.core.failure();
    return state === 1;
  }

  /** 0 to 1. */
  get progress() {
    return this.core.abi.lodestone_generation_progress(this.pointer);
  }

  /** How often the network had to be started again. */
  get reseeds() {
    return this.core.abi.lodestone_generation_reseeds(this.pointer);
  }

  /** The finished sound. */
  samples() {
    this.core.abi.lodestone_generation_samples(this.pointer);
    return this.core.floats();
  }
}

/**
 * Where the features stand in a frame; for their definitions see FeatureLayout in features.hpp.
 * @param {Required<options.AnalyserOptions>} config
 */
function featureLayout({ size, melBands, coefficients }) {
  const bins = size / 2 + 1;
  const scalars = { rms: 0, centroid: 1, flatness: 2, rolloff: 3, flux: 4, onset: 5, pitch: 6, confidence: 7 };
  return {
    ...scalars,
    // Offset and length:
    magnitudes: [8, bins],
    decibels: [8 + bins, bins],
    mel: [8 + 2 * bins, melBands],
    mfcc: [8 + 2 * bins + melBands, coefficients],
    /** Numbers in a frame. */
    length: 8 + 2 * bins + melBands + coefficients,
  };
}

/**
 * Features of a stream of samples. After it is made it takes no memory and makes no objects: it may run on the audio
 * thread.
 *
 *     for (let at = 0; at < input.length;) {
 *       at += analyser.push(input, at);
 *       while (analyser.next()) use(analyser.frame);
 *     }
 */
export class CoreAnalyser extends Handle {
  #block;
  #frameAt;
  #views;

  /**
   * @param {Core} core
   * @param {options.AnalyserOptions} [given]
   */
  constructor(core, given) {
    const { abi } = core;
    const config = options.settle('an analyser', given, options.analyserDefaults);
    const pointer = abi.lodestone_analyser_create(
      options.integer('size', config.size),
      options.integer('hop', config.hop),
      options.choice('window', config.window, options.names.windows),
      options.number('sampleRate', config.sampleRate),
      options.integer('melBands', config.melBands),
      options.integer('coefficients', config.coefficients),
    );
    super(core, 'analyser', pointer);
    this.layout = featureLayout(config);
    this.#block = abi.lodestone_alloc(CoreAnalyser.#blockLength * 4) >>> 0;
    if (this.#block === 0) {
      super.dispose();
      throw core.failure();
    }
    this.#frameAt = abi.lodestone_analyser_frame(pointer) >>> 0;
    this.#views = this.#viewsOfMemory();
  }

  static #blockLength = 128;

  /**
   * Takes samples up to the next frame, 128 at most; returns how many.
   * @param {Float32Array} samples
   * @param {number} [from] the first to take
   */
  push(samples, from = 0) {
    const { input } = this.#memory();
    const count = Math.min(samples.length - from, CoreAnalyser.#blockLength);
    // Not `set`: a part of `samples` would be a new object, to be collected on the audio thread.
    for (let i = 0; i < count; ++i) input[i] = samples[from + i];
    return this.core.abi.lodestone_analyser_push(this.pointer, this.#block, count) >>> 0;
  }

  /** Whether another frame is ready, which is then in `frame`. */
  next() {
    return this.core.abi.lodestone_analyser_next(this.pointer) === 1;
  }

  /** The newest frame, a view that the next one overwrites, laid out as `layout` says; zeros before the first. */
  get frame() {
    return this.#memory().frame;
  }

  /** Forgets all samples. */
  reset() {
    this.core.abi.lodestone_analyser_reset(this.pointer);
  }

  dispose() {
    this.core.abi.lodestone_free(this.#block);
    this.#block = 0;
    super.dispose();
  }

  /** Others may have let memory grow, which ends all views. */
  #memory() {
    if (this.#views.input.buffer !== this.core.abi.memory.buffer) this.#views = this.#viewsOfMemory();
    return this.#views;
  }

  #viewsOfMemory() {
    const { buffer } = this.core.abi.memory;
    return {
      input: new Float32Array(buffer, this.#block, CoreAnalyser.#blockLength),
      frame: new Float32Array(buffer, this.#frameAt, this.layout.length),
    };
  }
}

/** @param {Required<options.StftOptions>} config */
function stftArguments(config) {
  return [
    options.integer('size', config.size),
    options.integer('windowSize', config.windowSize),
    options.integer('hop', config.hop),
    options.choice('window', config.window, options.names.windows),
    options.choice('framing', config.framing, options.names.framings),
    options.number('sampleRate', config.sampleRate),
  ];
}

/**
 * Frames whose sizes fit together.
 * @param {string} name
 * @param {Frames} given
 * @param {number} bins that there must be
 * @param {1 | 2} parts floats in a value
 * @param {number} [frames] that there must be
 */
function checkFrames(name, given, bins, parts, frames = given?.frames) {
  const data = options.floats(`${name}.data`, given?.data);
  const length = given.length ?? 0;
  const whole = Number.isInteger(given.frames) && Number.isInteger(length) && given.frames >= 0 && length >= 0;
  if (whole && given.frames === frames && given.bins === bins && data.length === frames * bins * parts) {
    return { frames, bins, data, length };
  }
  throw new LodestoneError(
    'invalid-data',
    `${name} has ${given.frames} frames, ${given.bins} bins, ${data.length} values and length ${length}; ` +
      `expected: ${frames} frames, ${bins} bins, ${parts} values a bin`,
  );
}

/** @param {Float32Array[]} parts */
function concatenate(parts) {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * The text from `at` to the next zero. AudioWorklets have no TextDecoder.
 * @param {Uint8Array} bytes
 * @param {number} at
 */
function decodeUtf8(bytes, at) {
  let text = '';
  while (bytes[at] !== 0) {
    const first = bytes[at++];
    const more = first < 0xc0 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    let point = more === 0 ? first : first & (0x3f >> more);
    for (let i = 0; i < more; ++i) point = (point << 6) | (bytes[at++] & 0x3f);
    text += String.fromCodePoint(point);
  }
  return text;
}
