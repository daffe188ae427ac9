import { goOn } from './kept-training.js';

/** The state of this tab's training. */
let news = {};

/** Begins or resumes a training; `look` reports its state. */
export function begin(request) {
  const tell = (more) => (news = { ...news, ...more });
  goOn({ ...request, onProgress: tell }).then(
    (learned) => tell({ learned }),
    (error) => tell({ error: String(error) }),
  );
}

export const look = () => news;

/** Runs a task of store-worker.js. */
export async function inStoreWorker({ task, argument }) {
  const worker = new Worker(new URL('store-worker.js', import.meta.url), { type: 'module' });
  const answer = new Promise((resolve, reject) => {
    worker.onmessage = ({ data: { result, error } }) => (error ? reject(new Error(error)) : resolve(result));
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  worker.postMessage({ task, argument });
  return answer.finally(() => worker.terminate());
}
