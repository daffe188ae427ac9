// A store in the origin private file system, which other origins and file dialogs cannot see.

/** @typedef {import('./store.js').Store} Store */

const pieceLength = 1 << 24;

/** Opened each time: the user may clear the storage while a training runs. */
const directory = async () =>
  /** @type {any} */ ((await navigator.storage.getDirectory()).getDirectoryHandle('lodestone', { create: true }));

/** Whether this page can use OPFS: private windows cannot, and old browsers cannot rename its files. */
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
      await files.removeEntry(part).catch(() => {}); // the storage may be full
      throw error;
    }
  },

  remove: async (name) => (await directory()).removeEntry(name),
};

/**
 * Writes in pieces, so that messages, such as a request to stop, are handled in between.
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
