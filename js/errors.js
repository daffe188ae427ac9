/** @typedef {import('./facts.js').LodestoneErrorCode} LodestoneErrorCode */

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
