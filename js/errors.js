/**
 * Why something failed, for programs:
 * - `invalid-argument`: an option or an argument is outside of what is allowed
 * - `invalid-data`: bytes or arrays are malformed, truncated or do not fit together
 * - `out-of-memory`: the memory that the sizes ask for cannot be had
 * - `cancelled`: the caller asked to stop
 * - `unsupported`: this browser or runtime lacks something that is needed
 * - `incomplete`: page.wasm does not do this, or does not say why it cannot be done; `prepare` brings lodestone.wasm
 * - `abi-mismatch`: lodestone.wasm and the JavaScript come from different releases
 * - `storage-failed`: the store of checkpoints cannot be opened, read or written
 * - `processor-error`: the part of a node that runs on the audio thread had to stop
 * @typedef {'invalid-argument' | 'invalid-data' | 'out-of-memory' | 'cancelled' | 'unsupported' | 'incomplete' | 'abi-mismatch' | 'storage-failed' | 'processor-error'}
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

/** What stands for all that page.wasm refuses without a word. */
export const incomplete = () =>
  new LodestoneError(
    'incomplete',
    'this takes lodestone.wasm, which does it or says why it cannot be done: await prepare()',
  );
