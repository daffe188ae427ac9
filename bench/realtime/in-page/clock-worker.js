// In a Worker: when something happened, in ms since 1970.
const now = () => performance.timeOrigin + performance.now();

const tasks = {
  /** @param {{memory: SharedArrayBuffer, count: number}} what the times of so many jumps */
  jumps({ memory, count }) {
    const counts = new Int32Array(memory);
    const times = [];
    while (times.length < count) {
      const before = Atomics.load(counts, 0);
      Atomics.wait(counts, 0, before);
      times.push(now());
    }
    return times;
  },

  /** @param {{readable: ReadableStream, count: number}} what when so many frames were there */
  async frames({ readable, count }) {
    const reader = readable.getReader();
    const times = [];
    while (times.length < count) {
      const { value } = await reader.read();
      times.push(now());
      value.close();
    }
    return times;
  },
};

onmessage = async ({ data: { task, ...what } }) => postMessage(await tasks[task](what));
