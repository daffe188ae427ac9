import { port } from '../../js/mapping/index.js';

const step = 0.02;
const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };

/** A movement in two directions, for pointers, fingers and arrow keys; (0, 0) is at the bottom left. */
export class Pad {
  input = port('pad', ['x', 'y']);
  #element;
  #place = [0.5, 0.5];

  /** @param {HTMLElement} element with the cursor inside */
  constructor(element) {
    this.#element = element;
    const moving = 'onpointerrawupdate' in element ? 'pointerrawupdate' : 'pointermove';
    for (const type of [moving, 'pointerdown']) element.addEventListener(type, (event) => this.#follow(event));
    element.addEventListener('keydown', (event) => this.#key(event));
    this.move(...this.#place);
  }

  /** @param {number} x @param {number} y 0 to 1 */
  move(x, y) {
    this.#place = [x, y].map((value) => Math.min(Math.max(value, 0), 1));
    const { style } = this.#element.firstElementChild;
    style.left = `${100 * this.#place[0]}%`;
    style.top = `${100 * (1 - this.#place[1])}%`;
    this.input.write(this.#place);
  }

  #follow({ clientX, clientY }) {
    const { left, top, width, height } = this.#element.getBoundingClientRect();
    this.move((clientX - left) / width, 1 - (clientY - top) / height);
  }

  #key(event) {
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    this.move(this.#place[0] + move[0], this.#place[1] + move[1]);
  }
}
