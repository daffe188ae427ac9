import { fileURLToPath } from 'node:url';
import { competitor } from './competitor.js';
import { connectProcess } from './process.js';

const server = fileURLToPath(new URL('serve-module.js', import.meta.url));

/**
 * A bench module in its own Node process.
 * @param {string} name
 * @param {URL} module
 */
export function nodeCompetitor(name, module) {
  return competitor(name, async () => ({
    ...(await connectProcess(process.execPath, [server, module.href])),
    version: `Node ${process.version}`,
  }));
}
