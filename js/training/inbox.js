/** A queue of messages for one reader, which awaits them one at a time. */
export class Inbox {
  /** @type {any[]} */
  #messages = [];
  /** @type {((message: any) => void) | undefined} */
  #waiting;

  /** @param {unknown} message */
  put(message) {
    if (!this.#waiting) return void this.#messages.push(message);
    this.#waiting(message);
    this.#waiting = undefined;
  }

  /** @returns {Promise<any>} */
  next() {
    if (this.#messages.length > 0) return Promise.resolve(this.#messages.shift());
    return new Promise((resolve) => (this.#waiting = resolve));
  }
}
