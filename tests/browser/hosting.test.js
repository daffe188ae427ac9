// The policies of docs/hosting.md are enough for everything.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { serve } from '../../scripts/serve.js';
import { browserNames, openBrowser } from './harness.js';

const manual = await readFile(new URL('../../docs/hosting.md', import.meta.url), 'utf8');
const [ownPolicy, inlinePolicy] = manual.match(/default-src 'none';.*/g);

/** Learns and plays with each engine in a page under these headers; gives the engines. */
async function engines(browser, task, headers) {
  const server = await serve(headers);
  try {
    const page = await browser.open();
    await page.goto(`${server.url}/tests/browser/blank.html`);
    return await page.evaluate(async (task) => (await import('/tests/browser/hosting-in-page.js'))[task](), task);
  } finally {
    await server.close();
  }
}

for (const name of browserNames) {
  describe(`in ${name} a page learns and plays with each engine`, () => {
    let browser;

    before(async () => (browser = await openBrowser(name)));
    after(() => browser?.close());

    test("under the manual's policy", async () => {
      const found = await engines(browser, 'learnAndPlay', { policy: ownPolicy });
      assert.deepEqual(found.slice(0, 2), ['worklet', 'worker']);
    });

    test("with lodestone/inline under the manual's policy for it, isolated or not", async () => {
      for (const isolated of [false, true]) {
        const found = await engines(browser, 'learnAndPlayInline', { policy: inlinePolicy, isolated });
        assert.deepEqual(found.slice(0, 2), ['worklet', 'worker']);
      }
    });
  });
}
