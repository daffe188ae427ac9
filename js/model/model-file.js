// The model file: safetensors with PyTorch's tensor names, and a JSON text under the metadata key `lodestone`.
// JavaScript handles JSON and bytes well; in C++ this would take up a sixth of the module. Input is checked before
// memory is allocated for it.

import { LodestoneError } from '../errors.js';
import { names } from '../options.js';

/**
 * @typedef {object} Tensor
 * @property {string} name
 * @property {string} dtype of safetensors: F32, F16, …
 * @property {number[]} shape
 * @property {Uint8Array} bytes little-endian
 */

/**
 * @typedef {object} ModelDescription
 * @property {any} config like CoreModel's
 * @property {number[]} losses
 * @property {number[]} validationLosses
 */

const formatVersion = 1;
const largestHeader = 1e8;
/** @type {Record<string, number>} bytes per value */
const dtypeSizes = { U8: 1, I32: 4, I64: 8, F16: 2, F32: 4, F64: 8 };

/** @param {string} message */
const malformed = (message) => new LodestoneError('invalid-data', message);

/**
 * Names and shapes of a network's tensors, in the order of PyTorch's state_dict and of the C ABI.
 * @param {{size: number, layers: number[]}} config
 * @returns {[string, number[]][]}
 */
export function tensorShapes({ size, layers }) {
  const bins = size / 2 + 1;
  const norm = ['weight', 'bias', 'running_mean', 'running_var'].map((name) => [`batch_norm.${name}`, [bins]]);
  const lstm = layers.flatMap((hidden, layer) => [
    [`lstm.weight_ih_l${layer}`, [4 * hidden, layer === 0 ? bins : layers[layer - 1]]],
    [`lstm.weight_hh_l${layer}`, [4 * hidden, hidden]],
    [`lstm.bias_ih_l${layer}`, [4 * hidden]],
    [`lstm.bias_hh_l${layer}`, [4 * hidden]],
  ]);
  const dense = [
    ['fc.weight', [bins, layers[layers.length - 1]]],
    ['fc.bias', [bins]],
  ];
  return /** @type {[string, number[]][]} */ ([...norm, ...lstm, ...dense]);
}

/**
 * @param {Uint8Array} bytes
 * @returns {ModelDescription & {tensors: Map<string, Tensor>}} tensors whose names and shapes have been checked
 */
export function readModelFile(bytes) {
  // slice() of a Node Buffer would not copy.
  const { metadata, tensors } = readSafetensors(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const description = readDescription(metadata);
  const expected = tensorShapes(description.config);
  const bins = description.config.size / 2 + 1;
  if (tensors.has('residuals')) expected.push(['residuals', [bins]]); // missing in files from earlier versions
  for (const [name, shape] of expected) {
    const found = tensors.get(name)?.shape;
    if (String(found) !== String(shape)) {
      throw malformed(`expected ${name} [${shape}], found ${found ? `[${found}]` : 'no tensor of that name'}`);
    }
  }
  const known = new Set([...expected.map(([name]) => name), 'impulses', 'batch_norm.num_batches_tracked']);
  for (const { name, shape } of tensors.values()) {
    if (!known.has(name)) throw malformed(`found ${quoted(name)} [${shape}], which this network does not have`);
  }
  const impulses = tensors.get('impulses');
  if (impulses && !(impulses.shape.length === 2 && impulses.shape[1] === bins)) {
    throw malformed(`expected impulses [frames, ${bins}], found [${impulses.shape}]`);
  }
  return { ...description, tensors };
}

/**
 * @param {ModelDescription} description
 * @param {Tensor[]} tensors
 * @returns {Uint8Array}
 */
export function writeModelFile({ config, losses, validationLosses }, tensors) {
  const { size, windowSize, hop, window, framing, sampleRate, layers, sequence, scale } = config;
  const lodestone = JSON.stringify({
    format_version: formatVersion,
    kind: 'model',
    stft: { size, window_size: windowSize, hop, window, framing, sample_rate: sampleRate },
    network: { bins: size / 2 + 1, layers, sequence, scale },
    losses,
    validation_losses: validationLosses,
  });
  return writeSafetensors({ lodestone }, tensors);
}

/** @param {any} metadata */
function readDescription(metadata) {
  if (metadata?.lodestone === undefined) throw malformed('metadata: expected the key lodestone, found none');
  const json = parse(metadata.lodestone, 'metadata');
  const { format_version: version, kind, stft, network } = json ?? {};
  if (version !== formatVersion) {
    throw malformed(`metadata: format_version is ${version}; this version of Lodestone reads ${formatVersion}`);
  }
  if (kind !== 'model') throw malformed(`metadata: kind is ${quoted(kind)}; allowed: "model"`);
  const frames = reader(stft, 'stft.');
  const net = reader(network, 'network.');
  const config = {
    size: frames('size', whole),
    windowSize: frames('window_size', whole),
    hop: frames('hop', whole),
    window: frames('window', oneOf(names.windows)),
    framing: frames('framing', oneOf(names.framings)),
    sampleRate: frames('sample_rate', finite),
    layers: net('layers', hidden),
    sequence: net('sequence', whole),
    scale: net('scale', oneOf(names.scales)),
  };
  const { bins } = network;
  if (config.layers.length < 1 || config.layers.length > 4) {
    throw malformed(`metadata: network.layers has ${config.layers.length} layers; allowed: 1 to 4`);
  }
  if (bins !== config.size / 2 + 1) {
    throw malformed(`metadata: network.bins is ${bins}; an FFT of ${config.size} gives ${config.size / 2 + 1}`);
  }
  const top = reader(json, '');
  const number = (/** @type {any} */ loss) => (loss === null ? NaN : loss);
  return {
    config,
    losses: top('losses', numbers).map(number),
    validationLosses: top('validation_losses', numbers).map(number),
  };
}

/**
 * What a field may be: a test, and a description for the error message.
 * @typedef {[(value: any) => boolean, string]} Kind
 */

/** @type {Kind} The core takes 32-bit integers; others would wrap around. */
const whole = [(value) => value === (value | 0), 'a 32-bit integer'];
/** @type {Kind} */
const finite = [Number.isFinite, 'a finite number'];
/** @type {(names: string[]) => Kind} */
const oneOf = (names) => [(value) => names.includes(value), names.join(', ')];
/** @type {(allowed: (value: any) => boolean, what: string) => Kind} */
const listOf = (allowed, what) => [(value) => Array.isArray(value) && value.every(allowed), `a list of ${what}`];
const hidden = listOf((value) => Number.isInteger(value) && value >= 1 && value <= 4096, 'integers from 1 to 4096');
const numbers = listOf((value) => value === null || typeof value === 'number', 'numbers or null');

/**
 * Returns a function that reads a field of `object` and checks it.
 * @param {any} object
 * @param {string} section
 */
function reader(object, section) {
  return (/** @type {string} */ name, /** @type {Kind} */ [test, allowed]) => {
    const value = object?.[name];
    if (test(value)) return value;
    throw malformed(`metadata: ${section}${name} is ${quoted(value)}; allowed: ${allowed}`);
  };
}

/** @param {any} value */
function quoted(value) {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/**
 * @param {string} text
 * @param {string} place
 */
function parse(text, place) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed(`${place}: expected JSON: ${/** @type {Error} */ (error).message}`);
  }
}

/**
 * The tensors are views of `bytes`. Throws unless they cover the data exactly, without gaps or overlaps.
 * @param {Uint8Array} bytes
 */
export function readSafetensors(bytes) {
  const header = readHeader(bytes);
  const { __metadata__: metadata, ...entries } = header;
  /** @type {Map<string, Tensor>} */
  const tensors = new Map();
  const data = bytes.subarray(8 + headerLength(bytes));
  const extents = Object.entries(entries).map(([name, entry]) => extent(name, entry));
  let end = 0;
  for (const { name, dtype, shape, from, to } of extents.sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end) throw malformed(`safetensors: expected ${quoted(name)} at byte ${end}, found it at ${from}`);
    end = to;
    tensors.set(name, { name, dtype, shape, bytes: data.subarray(from, to) });
  }
  if (end !== data.length) throw malformed(`safetensors: expected ${end} bytes of tensors, found ${data.length}`);
  return { metadata, tensors };
}

/** @param {Uint8Array} bytes */
function headerLength(bytes) {
  if (bytes.length < 8) throw malformed(`safetensors: expected 8 bytes or more, found ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length <= Math.min(largestHeader, bytes.length - 8)) return length;
  throw malformed(`safetensors: the header claims ${length} bytes; the file has ${bytes.length - 8} after the length`);
}

/**
 * The header of a safetensors file; the beginning of the file is enough.
 * @param {Uint8Array} bytes
 */
export function readHeader(bytes) {
  const header = parse(ascii(bytes.subarray(8, 8 + headerLength(bytes))), 'safetensors');
  if (typeof header === 'object' && header !== null && !Array.isArray(header)) return header;
  throw malformed('safetensors: expected an object of tensors in the header');
}

/**
 * @param {string} name
 * @param {any} entry
 */
function extent(name, entry) {
  const { dtype, shape, data_offsets: offsets } = entry ?? {};
  const size = Object.hasOwn(dtypeSizes, dtype) ? dtypeSizes[dtype] : 0;
  if (size === 0)
    throw malformed(`safetensors: ${quoted(name)} has the dtype ${quoted(dtype)}, which is not supported`);
  const isCount = (/** @type {any} */ value) => Number.isSafeInteger(value) && value >= 0;
  const placed = Array.isArray(offsets) && offsets.length === 2 && offsets.every(isCount);
  if (!placed || !Array.isArray(shape) || !shape.every(isCount)) {
    throw malformed(`safetensors: ${quoted(name)} needs integers in shape and data_offsets`);
  }
  const [from, to] = offsets;
  const needed = shape.reduce((product, length) => product * length, size);
  if (needed !== to - from) {
    throw malformed(`safetensors: ${quoted(name)} [${shape}] needs ${needed} bytes, found ${to - from}`);
  }
  return { name, dtype, shape, from, to };
}

/**
 * One character per byte: an AudioWorklet has no TextDecoder, and no model has names beyond ASCII.
 * @param {Uint8Array} bytes
 */
function ascii(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}

/**
 * @param {Record<string, string>} metadata
 * @param {Tensor[]} tensors
 */
export function writeSafetensors(metadata, tensors) {
  let end = 0;
  const entries = tensors.map(({ name, dtype, shape, bytes }) => [
    name,
    { dtype, shape, data_offsets: [end, (end += bytes.length)] },
  ]);
  const header = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  const length = Math.ceil(header.length / 8) * 8; // padded with spaces, as the reference implementation does
  const file = new Uint8Array(8 + length + end);
  new DataView(file.buffer).setUint32(0, length, true);
  for (let i = 0; i < length; ++i) file[8 + i] = i < header.length ? header.charCodeAt(i) : 32;
  let at = 8 + length;
  for (const { bytes } of tensors) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}
