import { LodestoneError } from '../errors.js';
import { readModelFile, tensorShapes, writeModelFile } from '../model/model-file.js';
import * as options from '../options.js';
import { Handle } from './handle.js';
import { CoreLiveModel } from './live-model.js';

/** @typedef {import('./memory.js').Core} Core */

/** A trained model: everything needed to play the sound. */
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

  /** The form that a player reads; see CoreLiveModel. */
  liveBytes() {
    const live = new CoreLiveModel(this.core, this);
    try {
      return live.bytes();
    } finally {
      live.dispose();
    }
  }

  /** The training frames that the model keeps, as magnitudes: `[frames, bins]`. */
  trainingFrames() {
    const { config } = this;
    const behindResiduals = tensorShapes(config).length + 1;
    return this.#values(behindResiduals, [config.impulses, config.size / 2 + 1]).slice();
  }

  /** @param {Map<string, import('../model/model-file.js').Tensor>} tensors */
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
   * A view that is detached when memory grows.
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
   * As float16 if that represents every value exactly.
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
      /** How many training frames the model keeps, from which dreams start. */
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
 * The handle of a new model filled with zeros, or 0.
 * @param {Core} core
 * @param {ReturnType<typeof readModelFile>} file
 * @returns {number}
 */
function createModel(core, { config, losses, validationLosses, tensors }) {
  const stft = options.pack(options.stft, config);
  const layers = Int32Array.from(config.layers);
  return core.lend(
    [stft, layers, Float32Array.from(losses), Float32Array.from(validationLosses)],
    (stftAt, layersAt, lossesAt, validationAt) =>
      core.abi.lodestone_model_create(
        stftAt,
        stft.length,
        layersAt,
        layers.length,
        config.sequence,
        options.names.scales.indexOf(config.scale),
        tensors.has('residuals') ? 1 : 0,
        tensors.get('impulses')?.shape[0] ?? 0,
        lossesAt,
        losses.length,
        validationAt,
        validationLosses.length,
      ),
  );
}

/** @param {import('../model/model-file.js').Tensor} tensor */
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
