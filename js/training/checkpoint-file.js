// The checkpoint files of a training. `piano.0.plan` holds its audio and options, `piano.7.state` its progress. Numbers
// only go up and no file is ever overwritten. Each is a safetensors file after its seal, the SHA-256 of what follows.

import { LodestoneError } from '../errors.js';
import { readHeader, readSafetensors, writeSafetensors } from './safetensors.js';

export const sealLength = 32;
const formatVersion = 1;

/**
 * What a training starts with.
 * @typedef {object} Plan
 * @property {Float32Array[]} clips mono
 * @property {any} options complete, for CoreTrainer
 * @property {Uint8Array} [initial] the model file to start from
 */

/**
 * @typedef {object} Progress
 * @property {number} epoch completed epochs
 * @property {number} epochs
 * @property {number} step completed steps
 * @property {number} steps
 */

/** @typedef {{name: string, id: string, number: number, kind: string}} CheckpointName */

/**
 * Parses a file name; null if it is not a checkpoint's.
 * @param {string} name
 * @returns {CheckpointName | null}
 */
export function parseName(name) {
  const [, id, number, kind] = /^([\w-]+)\.(\d+)\.(plan|state)$/.exec(name) ?? [];
  return kind ? { name, id, number: Number(number), kind } : null;
}

/** @param {Plan} plan */
export function planFile({ clips, options, initial = new Uint8Array() }) {
  const samples = new Float32Array(clips.reduce((sum, clip) => sum + clip.length, 0));
  let at = 0;
  for (const clip of clips) {
    samples.set(clip, at);
    at += clip.length;
  }
  const lengths = Int32Array.from(clips, (clip) => clip.length);
  return seal({ kind: 'plan', options }, { samples, lengths, initial });
}

/** @param {Uint8Array<ArrayBuffer>} file @returns {Promise<Plan>} */
export async function readPlan(file) {
  const { description, tensors } = await unseal(file);
  const bytesOf = (/** @type {string} */ name) => tensors.get(name)?.bytes.slice().buffer ?? new ArrayBuffer(0);
  const samples = new Float32Array(bytesOf('samples'));
  let at = 0;
  const clips = Array.from(new Int32Array(bytesOf('lengths')), (length) => samples.subarray(at, (at += length)));
  const initial = new Uint8Array(bytesOf('initial'));
  return { clips, options: description.options, initial: initial.length > 0 ? initial : undefined };
}

/**
 * @param {Uint8Array} state from CoreTrainer
 * @param {Progress} progress
 * @param {string} plan the seal of its plan
 */
export function stateFile(state, progress, plan) {
  return seal({ kind: 'state', plan, saved: Date.now(), ...progress }, { state });
}

/** @param {Uint8Array<ArrayBuffer>} file */
export async function readState(file) {
  const { description, tensors } = await unseal(file);
  return { plan: description.plan, state: tensors.get('state')?.bytes };
}

/**
 * Reads a file's description without checking the seal.
 * @param {Uint8Array} head the beginning of the file, including the whole header
 */
export function readDescription(head) {
  return described(readHeader(head.subarray(sealLength)).__metadata__);
}

/** @param {Uint8Array} file */
export const sealOf = (file) =>
  Array.from(file.subarray(0, sealLength), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** @param {any} metadata */
function described(metadata) {
  const description = JSON.parse(metadata.lodestone);
  if (description.format_version === formatVersion) return description;
  throw damaged(
    `its format_version is ${description.format_version}; this version of Lodestone reads ${formatVersion}`,
  );
}

/**
 * @param {object} description
 * @param {Record<string, Float32Array | Int32Array | Uint8Array>} arrays the wider types first, so that every array is aligned
 */
async function seal(description, arrays) {
  const tensors = Object.entries(arrays).map(([name, array]) => ({
    name,
    dtype: array.BYTES_PER_ELEMENT === 1 ? 'U8' : array instanceof Float32Array ? 'F32' : 'I32',
    shape: [array.length],
    bytes: new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
  }));
  const text = JSON.stringify({ format_version: formatVersion, ...description });
  const content = writeSafetensors({ lodestone: text }, tensors);
  const file = new Uint8Array(sealLength + content.length);
  file.set(content, sealLength);
  file.set(await digest(file));
  return file;
}

/** @param {Uint8Array<ArrayBuffer>} file */
async function unseal(file) {
  const expected = await digest(file);
  if (file.length < sealLength || expected.some((byte, i) => byte !== file[i])) throw damaged('its checksum is wrong');
  const { metadata, tensors } = readSafetensors(file.subarray(sealLength));
  return { description: described(metadata), tensors };
}

/** @param {Uint8Array<ArrayBuffer>} file */
async function digest(file) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', file.subarray(sealLength)));
}

/** @param {string} reason */
const damaged = (reason) => new LodestoneError('invalid-data', `the checkpoint cannot be used: ${reason}`);
