// Loads what a context needs before nodes can be created in it: the audio thread's script and a module.

import { LodestoneError } from '../errors.js';
import { readBytes } from '../bytes.js';
import { files } from '../wasm/files.js';
import { playingModuleName, prepare } from '../wasm/modules.js';

/**
 * A BaseAudioContext of the browser, one of standardized-audio-context, or a context of Tone.js.
 * @typedef {any} AnyContext
 */

/**
 * @typedef {object} RegisterOptions
 * @property {string | URL} [workletUrl] URL of dist/worklet.js; default: next to this package's other files
 * @property {import('../wasm/loader.js').ModuleSource} [wasmUrl] URL of dist/lodestone.wasm, or the module itself; for
 *   player.wasm, see `prepare`
 * @property {typeof globalThis.AudioWorkletNode} [AudioWorkletNode] that of standardized-audio-context, for its
 *   contexts
 */

/**
 * What a kind of node needs in a context.
 * @typedef {object} Registration
 * @property {string} workletUrl
 * @property {import('../wasm/loader.js').ModuleSource} wasmUrl where the module comes from
 * @property {WebAssembly.Module | Uint8Array} source the module for another thread: compiled, or its bytes if the browser
 *   cannot pass compiled modules to the audio thread
 * @property {(name: string, options: AudioWorkletNodeOptions) => AudioWorkletNode} makeNode
 */

/**
 * The context of the Web Audio API behind a context of Tone.js; any other context itself.
 * @param {AnyContext} context
 */
export const rawContext = (context) => context.rawContext ?? context;

/** The contexts that are ready for one kind of node. */
export class Registry {
  #script;
  #moduleName;
  #call;
  /** @type {WeakMap<object, Promise<Registration>>} */
  #loading = new WeakMap();
  /** @type {WeakMap<object, Registration>} */
  #loaded = new WeakMap();

  /**
   * @param {() => string | URL} script the URL of the audio thread's script
   * @param {(isGiven: boolean) => import('../wasm/modules.js').ModuleName} moduleName which module, depending on
   *   whether its source is given
   * @param {string} call that registers a context, for messages
   */
  constructor(script, moduleName, call) {
    this.#script = script;
    this.#moduleName = moduleName;
    this.#call = call;
  }

  /**
   * Loads what the nodes of a context need, once.
   * @param {AnyContext} context
   * @param {RegisterOptions} [options]
   */
  async register(context, options = {}) {
    const key = rawContext(context);
    if (!this.#loading.has(key)) this.#loading.set(key, this.#load(context, options));
    try {
      this.#loaded.set(key, await /** @type {Promise<Registration>} */ (this.#loading.get(key)));
    } catch (error) {
      this.#loading.delete(key); // so that it can be tried again
      throw error;
    }
  }

  /**
   * What `register` has loaded.
   * @param {AnyContext} context
   * @throws {LodestoneError} `invalid-argument` if `register` has not resolved
   */
  get(context) {
    const found = this.#loaded.get(rawContext(context));
    if (found) return found;
    throw new LodestoneError('invalid-argument', `this context is not registered; first: await ${this.#call}`);
  }

  /**
   * Calls `make`; if the browser cannot pass compiled modules to the audio thread, calls it again with the bytes as source.
   * @template T
   * @param {AnyContext} context registered
   * @param {() => T} make
   */
  async make(context, make) {
    try {
      return make();
    } catch (error) {
      if (/** @type {Error} */ (error).name !== 'DataCloneError') throw error;
      const found = this.get(context);
      found.source = await readBytes(/** @type {import('../bytes.js').BytesSource} */ (found.wasmUrl));
      return make();
    }
  }

  /**
   * @param {AnyContext} context
   * @param {RegisterOptions} options
   * @returns {Promise<Registration>}
   */
  async #load(context, { workletUrl, wasmUrl, AudioWorkletNode }) {
    const makeNode = nodeMaker(context, AudioWorkletNode);
    const address = String(workletUrl ?? this.#script());
    const name = this.#moduleName(wasmUrl !== undefined);
    const [source] = await Promise.all([prepare(wasmUrl, name), addModule(context, address)]);
    return { workletUrl: address, wasmUrl: wasmUrl ?? files[name](), source, makeNode };
  }
}

/** The contexts registered for GeneratorNodes. */
export const generators = new Registry(
  files.worklet,
  (isGiven) => (isGiven ? 'lodestone' : playingModuleName()),
  'register(context)',
);

/**
 * Loads what GeneratorNodes need in a context, after which they can be constructed. Once per context is enough.
 * @param {AnyContext} context
 * @param {RegisterOptions} [options]
 * @returns {Promise<void>}
 * @throws {LodestoneError} `unsupported` if the browser or the page's Content-Security-Policy refuses what is needed
 */
export const register = (context, options) => generators.register(context, options);

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
    'context is not one of this page; to register it, pass the AudioWorkletNode of the library that created it',
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
