// The origin private file system: files of the page's own, which no other origin and no file dialogue sees.

/** @typedef {import('./store.js').Store} Store */

const pieceLength = 1 << 24;

/** Asked for each time: the user may clear the storage while a training runs. */
const directory = async () =>
  /** @type {any} */ ((await navigator.storage.getDirectory()).getDirectoryHandle('lodestone', { create: true }));

/** Whether this page may use it: private windows may not, and old browsers cannot rename. */
export async function opfsIsThere() {
  try {
    await directory();
    return 'move' in FileSystemFileHandle.prototype;
  } catch {
    return false;
  }
}

/** @type {Store} */
export const opfs = {
  async list() {
    const names = [];
    for await (const name of (await directory()).keys()) names.push(name);
    return names;
  },

  async read(name, length) {
    const file = await (await (await directory()).getFileHandle(name)).getFile();
    return new Uint8Array(await file.slice(0, length).arrayBuffer());
  },

  async write(name, bytes) {
    const files = await directory();
    const part = `${name}.part`;
    try {
      const handle = await files.getFileHandle(part, { create: true });
      await fill(handle, bytes);
      await handle.move(name);
    } catch (error) {
      await files.removeEntry(part).catch(() => {}); // it takes room where there may be none
      throw error;
    }
  },

  remove: async (name) => (await directory()).removeEntry(name),
};

/**
 * Lets other messages in from time to time, a training that is to stop among them.
 * @param {any} handle
 * @param {Uint8Array} bytes
 */
async function fill(handle, bytes) {
  const file = await handle.createSyncAccessHandle();
  try {
    file.truncate(0);
    for (let at = 0; at < bytes.length; at += pieceLength) {
      const piece = bytes.subarray(at, at + pieceLength);
      if (file.write(piece, { at }) < piece.length) throw new DOMException('', 'QuotaExceededError');
      await new Promise((resume) => setTimeout(resume));
    }
    file.flush();
  } finally {
    file.close();
  }
}
