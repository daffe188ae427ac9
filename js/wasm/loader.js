// Compiles WebAssembly modules and instantiates them, in Node, pages, Workers and AudioWorklets. The last have no
// fetch, URL or TextDecoder: there, `instantiate` takes a module that the page has compiled.

import { readBytes } from '../bytes.js';
import { LodestoneError } from '../errors.js';

/** The version of the C ABI that this JavaScript speaks; see `lodestone_abi_version` in wasm/results.cpp. */
const abiVersion = 10;

/** A module whose one function splats a vector: valid if WebAssembly has SIMD. */
const simdProbe = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11];

/** @typedef {WebAssembly.Module | import('../bytes.js').BytesSource} ModuleSource */

/**
 * The compiled module.
 * @param {ModuleSource} source
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compile(source) {
  checkSupport();
  if (source instanceof WebAssembly.Module) return source;
  const bytes = /** @type {BufferSource} */ (await readBytes(source));
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    throw WebAssembly.validate(bytes) ? notAllowed(error) : notAModule(error);
  }
}

/**
 * The exports of an instance with its own memory. On a browser's main thread pass a compiled module: browsers refuse to
 * compile large modules synchronously there.
 * @param {WebAssembly.Module | BufferSource} source
 * @returns {any}
 */
export function instantiate(source) {
  checkSupport();
  let exports;
  try {
    const module = source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source);
    exports = /** @type {any} */ (new WebAssembly.Instance(module, stubs(module)).exports);
  } catch (error) {
    throw notAModule(error);
  }
  const version = exports.lodestone_abi_version?.();
  if (version !== abiVersion) {
    throw new LodestoneError(
      'abi-mismatch',
      `the module has ABI version ${version}; this JavaScript needs ${abiVersion}: use both from the same release`,
    );
  }
  exports._initialize?.();
  return exports;
}

/**
 * A module's imports. The core needs nothing from its host, so what its C library imports does nothing.
 * @param {WebAssembly.Module} module
 */
export function stubs(module) {
  /** @type {WebAssembly.Imports} */
  const imports = {};
  for (const { module: space, name } of WebAssembly.Module.imports(module)) (imports[space] ??= {})[name] = () => 0;
  return imports;
}

function checkSupport() {
  if (typeof WebAssembly === 'object' && WebAssembly.validate(new Uint8Array(simdProbe))) return;
  throw new LodestoneError(
    'unsupported',
    'WebAssembly with SIMD is missing; needed: Chrome or Edge 91, Firefox 89, Safari 16.4, Node 20 or newer',
  );
}

/** @param {unknown} error */
function notAllowed(error) {
  const { message } = /** @type {Error} */ (error);
  return new LodestoneError(
    'unsupported',
    `WebAssembly is refused (${message}); a Content-Security-Policy needs 'wasm-unsafe-eval' in script-src, which ` +
      'Chrome or Edge 97, Firefox 102, Safari 16 or newer support',
  );
}

/** @param {unknown} error */
function notAModule(error) {
  const { message } = /** @type {Error} */ (error);
  if (!(error instanceof RangeError))
    return new LodestoneError('invalid-data', `this is not a Lodestone module: ${message}`);
  return new LodestoneError('out-of-memory', `there is no room for another instance of the module: ${message}`);
}
