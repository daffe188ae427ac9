import { launch } from '../../scripts/browsers.js';
import { serve } from '../../scripts/serve.js';
import { competitor } from './competitor.js';

/** @typedef {{ browser: 'chromium' | 'firefox', worker?: boolean, module: string }} Place */

const runner = '/bench/page.js';

/** A page of its own in a browser of its own, cross-origin isolated for the sake of a fine clock. @param {Place} place */
async function connect({ browser: name, worker = false, module }) {
  const browser = await launch(name);
  const server = await serve({ isolated: true });
  const close = async () => {
    await browser.close();
    await server.close();
  };
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(0); // a setup may take long
    await page.goto(`${server.url}/bench/page.html`);
    const flags = await page.evaluate(
      async ([runner, module, worker]) => (await import(runner)).connect(module, worker),
      [runner, module, worker],
    );
    const ask = (/** @type {object} */ request) => page.evaluate((request) => window.ask(request), request);
    return { version: browser.version, flags, ask, close };
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
