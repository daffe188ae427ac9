/**
 * Why something failed, as a code that programs can test:
 * - `invalid-argument`: an option or an argument is not allowed
 * - `invalid-data`: bytes or arrays are malformed, truncated or inconsistent
 * - `out-of-memory`: there is not enough memory
 * - `cancelled`: the caller asked to stop
 * - `unsupported`: this browser or runtime lacks a required feature
 * - `abi-mismatch`: a WebAssembly module and the JavaScript come from different releases
 * - `storage-failed`: the checkpoint store cannot be opened, read or written
 * - `processor-error`: the audio thread's part of a node had to stop
 * @typedef {'invalid-argument' | 'invalid-data' | 'out-of-memory' | 'cancelled' | 'unsupported' | 'abi-mismatch' | 'storage-failed' | 'processor-error'}
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
