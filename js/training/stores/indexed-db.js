// A store for browsers and private windows without OPFS: each file is a value in a database, written in a transaction.

/** @typedef {import('./store.js').Store} Store */

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/**
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(files: IDBObjectStore) => IDBRequest<T>} act
 * @returns {Promise<T>} resolves when the transaction is on disk
 */
async function transact(mode, act) {
  const opening = indexedDB.open('lodestone', 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore('checkpoints');
  const database = await answer(opening);
  try {
    const transaction = database.transaction('checkpoints', mode, { durability: 'strict' });
    const request = act(transaction.objectStore('checkpoints'));
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    return request.result;
  } finally {
    database.close();
  }
}

/** @type {Store} */
export const indexedDb = {
  list: async () => (await transact('readonly', (files) => files.getAllKeys())).map(String),

  async read(name, length) {
    const bytes = await transact('readonly', (files) => files.get(name));
    if (!bytes) throw new DOMException(`there is no ${name}`, 'NotFoundError');
    return bytes.subarray(0, length);
  },

  write: async (name, bytes) => void (await transact('readwrite', (files) => files.put(bytes, name))),

  remove: (name) => transact('readwrite', (files) => files.delete(name)),
};
