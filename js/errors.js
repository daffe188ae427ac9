/**
 * Why something failed, for programs:
 * - `invalid-argument`: an option or an argument is outside of what is allowed
 * - `invalid-data`: bytes or arrays are malformed, truncated or do not fit together
 * - `out-of-memory`: the memory that the sizes ask for cannot be had
 * - `cancelled`: the caller asked to stop
 * - `unsupported`: this browser or runtime lacks something that is needed
 * - `abi-mismatch`: lodestone.wasm and the JavaScript come from different releases
 * - `storage-failed`: the store of checkpoints cannot be opened, read or written
 * - `processor-error`: the part of a node that runs on the audio thread had to stop
 * @typedef {'invalid-argument' | 'invalid-data' | 'out-of-memory' | 'cancelled' | 'unsupported' | 'abi-mismatch' | 'storage-failed' | 'processor-error'}
 *   LodestoneErrorCode
 */

/** What every function here throws or rejects with; the message names the field, the value and what is allowed. */
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
