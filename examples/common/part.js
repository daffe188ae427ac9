// One part of a page: its controls, messages, progress and picture.
import { advice } from './words.js';

/** The base class of all parts. */
export class Part {
  /** @param {string} selector */
  constructor(selector) {
    this.root = document.querySelector(selector);
    this.canvas = this.find('canvas');
    this.figure = this.find('figure');
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  say(message) {
    this.find('.message').textContent = message;
  }

  fail(error) {
    this.find('.error').textContent = error ? advice(error) : '';
  }

  /** Runs `task` and shows an error on the page if it fails. */
  async attempt(task) {
    this.fail(null);
    try {
      await task();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Like `attempt`, but locks the form and shows a stop button instead of the start button; `task` gets an AbortSignal. */
  async work(stopButton, task) {
    const start = this.find('.primary');
    const stop = new AbortController();
    const abort = () => stop.abort();
    const busy = (on) => {
      const [leaving, coming] = on ? [start, stopButton] : [stopButton, start];
      const focused = document.activeElement === leaving || (on && this.find('form').contains(document.activeElement));
      this.find('.settings').disabled = on;
      this.find('.progress').hidden = !on;
      coming.hidden = false;
      if (focused) coming.focus();
      leaving.hidden = true;
    };
    this.progress(0, '');
    busy(true);
    stopButton.addEventListener('click', abort);
    await this.attempt(() => task(stop.signal));
    stopButton.removeEventListener('click', abort);
    busy(false);
  }

  progress(share, message) {
    this.find('progress').value = share;
    this.find('.progress p').textContent = message;
  }

  describe(label) {
    this.canvas.setAttribute('aria-label', label);
    this.figure.classList.remove('empty');
  }
}
