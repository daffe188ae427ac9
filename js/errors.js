/** @typedef {import('./facts.js').LodestoneErrorCode} LodestoneErrorCode */

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
