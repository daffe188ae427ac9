// The page of examples/listen as a visitor uses it, in real browsers.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from '../../scripts/serve.js';
import { browserNames, openBrowser } from './harness.js';

const pictures = fileURLToPath(new URL('../../out/', import.meta.url));

for (const name of browserNames) {
  describe(`the listening page in ${name}`, () => {
    let server, browser, page;

    before(async () => {
      server = await serve();
      browser = await openBrowser(name);
      page = await browser.open();
      await page.look({ width: 1000, scheme: 'light' });
      await page.goto(`${server.url}/examples/listen/`);
    });

    after(async () => {
      await browser?.close();
      await server?.close();
    });

    test('answers in the sound that it hears', async () => {
      await page.click('[data-sound=piano]');
      await page.shows('#answer .message', /^It answers in the sound that it hears\.$/, 60000);
      const shown = await page.shows('#ear .progress p', /[1-9]\d* rounds? · loss/, 60000);
      assert.match(shown, /^\d+\.\d of 12 s kept · .* · learning takes \d+ % of a core$/);
      for (const scheme of page.schemes) {
        for (const width of [1000, 375]) {
          await page.look({ width, scheme });
          const content = await page.evaluate(() => document.documentElement.scrollWidth);
          assert.ok(content <= width, `content is ${content} wide at ${width}`);
          await page.screenshot(join(pictures, `listen-${name}-${scheme}-${width}.png`));
        }
      }
    });

    test('is frozen while a key is held, and offers the model', async () => {
      await page.focus('#freeze');
      await page.page.keyboard.down(' ');
      await page.shows('#ear .message', /^Frozen: /);
      await page.waitFor(() => !document.querySelector('#save-model').hidden);
      await page.page.keyboard.up(' ');
      await page.shows('#ear .message', /^Listening\.$/);
    });

    test('forgets', async () => {
      await page.click('#forget');
      await page.shows('#ear .progress p', /^\d\.\d of 12 s kept · learning takes/);
    });

    test('a microphone that the browser blocks gives advice', async () => {
      await page.evaluate(() => {
        navigator.mediaDevices.getUserMedia = async () => {
          throw new DOMException('', 'NotAllowedError');
        };
      });
      await page.click('#microphone');
      await page.shows('#ear .error', /^The browser blocks the microphone on this page\. Allow it /);
    });

    test('stops, and offers the model to the instrument', async () => {
      await page.click('[data-sound=drums]');
      await page.shows('#ear .progress p', /[1-9]\d* rounds? · loss/, 60000);
      await page.click('#stop');
      await page.shows('#ear .message', /^Stopped\. The answer continues\.$/);
      await page.click('#play-model');
      await page.shows('#model .message', /^“heard” is loaded: /);
    });

    test('logs no errors', () => assert.deepEqual(page.errors, []));
  });
}
