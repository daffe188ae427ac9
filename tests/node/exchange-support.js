// What a worker adds to a sum: its own eighths, each an array of random numbers of very different magnitudes, so that
// another order of additions gives other bits.

/** The maximum number of values in a sum; later rounds have fewer. */
export const longest = 1000;

function eighth(index, round) {
  let seed = (index * 2654435761 + round * 40503 + 1) >>> 0;
  return Float32Array.from({ length: longest - round }, () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return (seed / 2 ** 32 - 0.5) * 2 ** (seed % 30);
  });
}

const add = (a, b) => a.map((value, i) => value + b[i]);

/** The sum of eighths `from` to `to` as a balanced tree. */
export function tree(from, to, round) {
  const middle = (from + to) / 2;
  return to - from === 1 ? eighth(from, round) : add(tree(from, middle, round), tree(middle, to, round));
}

/** The part of one of several workers. */
export class Partial {
  #sum;

  constructor({ part, parts }, round) {
    const share = 8 / parts;
    this.#sum = tree(part * share, (part + 1) * share, round);
  }

  partial = () => this.#sum;
  add = (other) => (this.#sum = add(this.#sum, other));
}
