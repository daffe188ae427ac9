// What the nodes of a context need before they can be made: the audio thread's script and a module.

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
 * @property {string | URL} [workletUrl] where dist/worklet.js is; beside this package's other files
 * @property {import('../wasm/loader.js').ModuleSource} [wasmUrl] where dist/lodestone.wasm is, or the module itself; see
 *   `prepare`, which can also be told where player.wasm is
 * @property {typeof globalThis.AudioWorkletNode} [AudioWorkletNode] that of standardized-audio-context, for its
 *   contexts
 */

/**
 * What a kind of node needs in a context.
 * @typedef {object} Registration
 * @property {string} workletUrl
 * @property {import('../wasm/loader.js').ModuleSource} wasmUrl where the module comes from
 * @property {WebAssembly.Module | Uint8Array} source the module for another thread: compiled, or its bytes where a browser
 *   does not hand compiled modules over
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
   * @param {() => string | URL} script where the audio thread's script is
   * @param {(isGiven: boolean) => import('../wasm/modules.js').ModuleName} moduleName which module, also where its source
   *   is given
   * @param {string} call that registers a context
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
      this.#loading.delete(key); // so that another try may work
      throw error;
    }
  }

  /**
   * What `register` made ready.
   * @param {AnyContext} context
   * @throws {LodestoneError} `invalid-argument` before `register` is done
   */
  get(context) {
    const found = this.#loaded.get(rawContext(context));
    if (found) return found;
    throw new LodestoneError('invalid-argument', `this context is not registered; first: await ${this.#call}`);
  }

  /**
   * What `make` makes. A browser that does not hand compiled modules over to the audio thread gets the bytes, from then on.
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

/** For GeneratorNodes. */
export const generators = new Registry(
  files.worklet,
  (isGiven) => (isGiven ? 'lodestone' : playingModuleName()),
  'register(context)',
);

/**
 * Loads what the GeneratorNodes of a context need; then their constructor works synchronously. Once is enough for a
 * context.
 * @param {AnyContext} context
 * @param {RegisterOptions} [options]
 * @returns {Promise<void>}
 * @throws {LodestoneError} `unsupported` where the browser or the page's Content-Security-Policy refuses what is needed
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
