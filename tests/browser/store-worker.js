// Uses a store in a Worker, since OPFS can only be written there.
import { Checkpoints } from '../../js/training/checkpoints.js';
import { openStore } from '../../js/training/stores/store.js';

const bytes = (length, value) => new Uint8Array(length).fill(value);

/** Incompressible data. */
function noise(length) {
  const filled = new Uint8Array(length);
  for (let at = 0; at < length; at += 65536) crypto.getRandomValues(filled.subarray(at, at + 65536));
  return filled;
}

const tasks = {
  /** Everything that a store does; files of 40 MB take more than one piece. */
  async useStore(where) {
    const store = await openStore(where);
    await store.write('whole.0.state', bytes(4e7, 1));
    await store.write('small.0.plan', bytes(3, 2));
    const listed = (await store.list()).sort();
    const read = await store.read('whole.0.state');
    const head = await store.read('whole.0.state', 5);
    const missing = await store.read('missing').catch((error) => error.name);
    for (const name of listed) await store.remove(name);
    const whole = read.length === 4e7 && read.every((byte) => byte === 1);
    return { listed, whole, head: [...head], missing, left: await store.list() };
  },

  /** Saves checkpoints of this many bytes each; returns the notices and what can be read then. */
  async save({ store, lengths }) {
    const notices = [];
    const options = { id: 'quota', every: 30, store };
    const checkpoints = new Checkpoints(options, (notice) => notices.push(notice));
    await checkpoints.begin({ clips: [new Float32Array(1000)], options: {} });
    for (const length of lengths) {
      await checkpoints.save(noise(length), { epoch: 0, epochs: 1, step: 0, steps: 1 });
    }
    const { state } = await new Checkpoints(options, () => {}).load();
    return { notices, loaded: state?.length };
  },

  /** Saves, clears the storage as a user may, saves again; returns the notices and what can be read then. */
  async clear(store) {
    const notices = [];
    const options = { id: 'cleared', every: 30, store };
    const checkpoints = new Checkpoints(options, (notice) => notices.push(notice));
    await checkpoints.begin({ clips: [new Float32Array(10)], options: { seed: 5 } });
    const progress = { epoch: 0, epochs: 1, step: 0, steps: 1 };
    await checkpoints.save(bytes(1000, 1), progress);
    if (store === 'opfs') await (await navigator.storage.getDirectory()).removeEntry('lodestone', { recursive: true });
    else await new Promise((done) => (indexedDB.deleteDatabase('lodestone').onsuccess = done));
    await checkpoints.save(bytes(1000, 2), progress);
    const { options: kept, state } = await new Checkpoints(options, () => {}).load();
    return { notices, seed: kept.seed, state: state?.[0] };
  },
};

globalThis.onmessage = ({ data: { task, argument } }) =>
  tasks[task](argument).then(
    (result) => globalThis.postMessage({ result }),
    (error) => globalThis.postMessage({ error: String(error) }),
  );
