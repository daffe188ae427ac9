// The Content-Security-Policy of docs/hosting.md is enough for everything.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { serve } from '../../scripts/serve.js';
import { browserNames, openBrowser } from './harness.js';

const manual = await readFile(new URL('../../docs/hosting.md', import.meta.url), 'utf8');
const [policy] = /default-src 'none';.*/.exec(manual);

for (const name of browserNames) {
  describe(`under the manual's policy in ${name}`, () => {
    let server, browser;

    before(async () => {
      server = await serve({ policy });
      browser = await openBrowser(name);
    });

    after(async () => {
      await browser?.close();
      await server?.close();
    });

    test('a page learns and plays with each engine', async () => {
      const page = await browser.open();
      await page.goto(`${server.url}/tests/browser/blank.html`);
      const engines = await page.evaluate(async () =>
        (await import('/tests/browser/hosting-in-page.js')).learnAndPlay(),
      );
      assert.deepEqual(engines.slice(0, 2), ['worklet', 'worker']);
    });
  });
}
