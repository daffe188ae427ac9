// A page of the suite in its own browser.
import { launch } from '../scripts/browsers.js';
import { serve } from '../scripts/serve.js';

/**
 * Cross-origin isolated, for a precise clock.
 * @param {string} name chromium or firefox
 * @param {string[]} [flags] additional command-line flags for Chromium
 */
export async function openPage(name, flags) {
  const browser = await launch(name, flags);
  const server = await serve({ isolated: true });
  const close = async () => {
    await browser.close();
    await server.close();
  };
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(0); // requests may take long
    await page.goto(`${server.url}/bench/page.html`);
    /** Calls a module's export in the page. @param {string} module address @param {string} name @param {any} [argument] as JSON */
    const call = (module, name, argument) =>
      page.evaluate(async ([from, what, given]) => (await import(from))[what](given), [module, name, argument]);
    return { version: browser.version, page, call, close };
  } catch (error) {
    await close();
    throw error;
  }
}
