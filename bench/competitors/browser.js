import { openPage } from '../open-page.js';
import { competitor } from './competitor.js';

/** @typedef {{ browser: 'chromium' | 'firefox', worker?: boolean, module: string }} Place */

const runner = '/bench/page.js';

/** @param {Place} place */
async function connect({ browser, worker = false, module }) {
  const { version, page, close } = await openPage(browser);
  try {
    const flags = await page.evaluate(
      async ([runner, module, worker]) => (await import(runner)).connect(module, worker),
      [runner, module, worker],
    );
    const ask = (/** @type {object} */ request) => page.evaluate((request) => window.ask(request), request);
    return { version, flags, ask, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * A bench module in a browser's page, or in a Worker there.
 * @param {string} name
 * @param {Place} place `module`: its path from the root of the repository, e.g. /bench/module.js
 */
export function browserCompetitor(name, place) {
  return competitor(name, () => connect(place));
}
