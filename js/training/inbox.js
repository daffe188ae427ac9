/** Messages in the order they came, for one who awaits them one by one. */
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
