// A store in a folder of Node's file system.

/** @typedef {import('./store.js').Store} Store */

/**
 * @param {string} path created at the first write
 * @returns {Store}
 */
export function folder(path) {
  // Bundlers do not see these imports.
  const { mkdir, open, readFile, readdir, rename, rm } = process.getBuiltinModule('node:fs/promises');
  const { join } = process.getBuiltinModule('node:path');

  /**
   * @param {string} name
   * @param {string} flags
   * @param {(file: import('node:fs/promises').FileHandle) => Promise<any>} use
   */
  async function withFile(name, flags, use) {
    const file = await open(name, flags);
    try {
      return await use(file);
    } finally {
      await file.close();
    }
  }

  return {
    list: () => readdir(path).catch((error) => (error.code === 'ENOENT' ? [] : Promise.reject(error))),

    async read(name, length) {
      if (length === undefined) return new Uint8Array(await readFile(join(path, name)));
      const head = new Uint8Array(length);
      const { bytesRead } = await withFile(join(path, name), 'r', (file) => file.read(head, 0, length, 0));
      return head.subarray(0, bytesRead);
    },

    async write(name, bytes) {
      await mkdir(path, { recursive: true });
      const part = join(path, `${name}.part`);
      try {
        await withFile(part, 'w', async (file) => {
          await file.writeFile(bytes);
          await file.sync();
        });
        await rename(part, join(path, name));
      } catch (error) {
        await rm(part).catch(() => {}); // the disk may be full
        throw error;
      }
      if (process.platform !== 'win32') await withFile(path, 'r', (file) => file.sync()); // the new name too
    },

    remove: (name) => rm(join(path, name)),
  };
}
