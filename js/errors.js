/**
 * Why something failed, as a code that programs can test:
 * - `invalid-argument`: an option or an argument is not allowed
 * - `invalid-data`: bytes or arrays are malformed, truncated or inconsistent
 * - `out-of-memory`: there is not enough memory
 * - `cancelled`: the caller asked to stop
 * - `unsupported`: this browser or runtime lacks a required feature
 * - `incomplete`: page.wasm cannot do this, or cannot say what went wrong; `prepare` loads lodestone.wasm
 * - `abi-mismatch`: lodestone.wasm and the JavaScript come from different releases
 * - `storage-failed`: the checkpoint store cannot be opened, read or written
 * - `processor-error`: the audio thread's part of a node had to stop
 * @typedef {'invalid-argument' | 'invalid-data' | 'out-of-memory' | 'cancelled' | 'unsupported' | 'incomplete' | 'abi-mismatch' | 'storage-failed' | 'processor-error'}
 *   LodestoneErrorCode
 */

/** What every function throws or rejects with; the message names the field, its value and what is allowed. */
export class LodestoneError extends Error {
  /**
   * @param {LodestoneErrorCode} code
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.name = 'LodestoneError';
    this.code = code;
  }
}

/** The error for whatever page.wasm rejects without a message. */
export const incomplete = () =>
  new LodestoneError('incomplete', 'this needs lodestone.wasm, which does it or says what is wrong: await prepare()');
