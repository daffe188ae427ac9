// The audio thread's script, once per context.

import { LodestoneError } from '../errors.js';
import { readBytes } from '../bytes.js';
import { files } from '../wasm/files.js';
import { isPrepared, prepare, smallestModule } from '../wasm/modules.js';

/**
 * A BaseAudioContext of the browser, one of standardized-audio-context, or a context of Tone.js.
 * @typedef {any} AnyContext
 */

/**
 * @typedef {object} RegisterOptions
 * @property {string | URL} [workletUrl] where dist/worklet.js lies; beside this package's other files
 * @property {import('../wasm/loader.js').ModuleSource} [wasmUrl] where dist/lodestone.wasm lies, or what it is; see `prepare`
 * @property {typeof globalThis.AudioWorkletNode} [AudioWorkletNode] that of standardized-audio-context, for its
 *   contexts
 */

/**
 * What has been made ready for a context.
 * @typedef {object} Registration
 * @property {string} workletUrl
 * @property {WebAssembly.Module | Uint8Array} source the core for another thread: compiled, or its bytes where those
 *   cannot be handed over
 * @property {boolean} isComplete whether that is lodestone.wasm, and not page.wasm
 * @property {(name: string, options: AudioWorkletNodeOptions) => AudioWorkletNode} makeNode
 */

/** @type {WeakMap<object, Promise<Registration>>} */
const registering = new WeakMap();
/** @type {WeakMap<object, Registration>} */
const registered = new WeakMap();

/**
 * The context of the Web Audio API behind a context of Tone.js; any other is that itself.
 * @param {AnyContext} context
 */
export const rawContext = (context) => context.rawContext ?? context;

/**
 * Loads what the nodes of a context need; then their constructors work, at once. Once is enough for a context.
 * @param {AnyContext} context
 * @param {RegisterOptions} [options]
 * @returns {Promise<void>}
 * @throws {LodestoneError} `unsupported` where the browser or the page's Content-Security-Policy refuses what is needed
 */
export async function register(context, options = {}) {
  const key = rawContext(context);
  if (!registering.has(key)) registering.set(key, load(context, options));
  try {
    registered.set(key, await /** @type {Promise<Registration>} */ (registering.get(key)));
  } catch (error) {
    registering.delete(key); // so that another try may work
    throw error;
  }
}

/**
 * What `register` made ready.
 * @param {AnyContext} context
 * @throws {LodestoneError} `invalid-argument` before `register` is done
 */
export function registration(context) {
  const found = registered.get(rawContext(context));
  if (found) return found;
  throw new LodestoneError('invalid-argument', 'this context is not registered; first: await register(context)');
}

/**
 * For a browser that hands no compiled module over to the audio thread: from now on that gets the bytes.
 * @param {AnyContext} context registered
 * @param {RegisterOptions['wasmUrl']} wasmUrl
 */
export async function useBytes(context, wasmUrl) {
  const found = registration(context);
  const source = /** @type {import('../bytes.js').BytesSource} */ (
    wasmUrl ?? (found.isComplete ? files.wasm() : files.page())
  );
  found.source = await readBytes(source);
}

/**
 * From now on the audio thread gets the complete core for what is made in this context.
 * @param {AnyContext} context registered
 */
export async function useComplete(context) {
  const found = registration(context);
  if (found.isComplete) return;
  found.source = await prepare();
  found.isComplete = true;
}

/**
 * @param {AnyContext} context
 * @param {RegisterOptions} options
 * @returns {Promise<Registration>}
 */
async function load(context, { workletUrl, wasmUrl, AudioWorkletNode }) {
  const makeNode = nodeMaker(context, AudioWorkletNode);
  const address = String(workletUrl ?? files.worklet());
  const [source] = await Promise.all([wasmUrl ? prepare(wasmUrl) : smallestModule(), addModule(context, address)]);
  return { workletUrl: address, source, isComplete: isPrepared(), makeNode };
}

/**
 * @param {AnyContext} context
 * @param {RegisterOptions['AudioWorkletNode']} given
 * @returns {Registration['makeNode']}
 */
function nodeMaker(context, given) {
  if (!given && typeof context.createAudioWorkletNode === 'function') {
    return (name, options) => context.createAudioWorkletNode(name, options); // Tone.js
  }
  const Node = given ?? globalThis.AudioWorkletNode;
  if (!Node) throw noWorklets();
  const raw = rawContext(context);
  if (given || raw instanceof BaseAudioContext) return (name, options) => new Node(raw, name, options);
  throw new LodestoneError(
    'invalid-argument',
    'context is not one of this page; to register it, give the AudioWorkletNode of the library that made it',
  );
}

/**
 * @param {AnyContext} context
 * @param {string} address
 */
async function addModule(context, address) {
  const { audioWorklet } = rawContext(context);
  if (!audioWorklet) throw noWorklets();
  try {
    await audioWorklet.addModule(address);
  } catch (error) {
    const reason = `${/** @type {Error} */ (error).message}; a Content-Security-Policy must allow it in script-src`;
    throw new LodestoneError('unsupported', `${address} cannot run on the audio thread: ${reason}`);
  }
}

function noWorklets() {
  return new LodestoneError(
    'unsupported',
    'AudioWorklet is missing; needed: a page from https or localhost, and Chrome or Edge 91, Firefox 89 or Safari 16.4',
  );
}
