// Listening in real browsers, with shared memory and without.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { serve } from '../../scripts/serve.js';
import { browserNames, openBrowser } from './harness.js';

for (const name of browserNames) {
  for (const isolated of [false, true]) {
    describe(`listening in ${name}, ${isolated ? 'isolated' : 'not isolated'}`, () => {
      let server, browser, page;

      /** Calls a function of listening-in-page.js in the page. */
      const run = (task, argument) =>
        page.evaluate(
          async ([task, argument]) => (await import('/tests/browser/listening-in-page.js'))[task](argument),
          [task, argument],
        );

      before(async () => {
        server = await serve({ isolated });
        browser = await openBrowser(name);
        page = await browser.open();
        await page.goto(`${server.url}/tests/browser/blank.html`);
      });

      after(async () => {
        await browser?.close();
        await server?.close();
      });

      test('a tone that changes is followed, and swapped while it plays', async () => {
        const from = isolated ? 'node' : 'stream';
        const found = await run('follow', { frequencies: [440, 880], from });
        console.log(`# learned after ${found.took.map((seconds) => seconds.toFixed(1)).join(' and ')} s`);
        assert.equal(found.isolated, isolated);
        assert.deepEqual(found.errors, []);
        assert.ok(Math.abs(found.seconds - 2) < 1e-3);
        assert.ok(found.rounds >= 2 && found.loss > 0 && found.share > 0 && found.share <= 1);
        assert.ok(found.kept > 0);
      });

      test('what cannot be is refused', async () => {
        const refusals = [
          /^invalid-argument: seconds is 1; allowed: 2 to 60$/,
          /^invalid-argument: seconds is NaN; allowed: 2 to 60$/,
          /^invalid-argument: share is 0; allowed: 0.05 to 1$/,
          /^invalid-argument: Magnet.listen has no option epochs; options: /,
          /^invalid-argument: preset is "best"; allowed: quality, /,
          /^invalid-argument: source is null; allowed: an AudioNode or a MediaStream$/,
        ];
        const said = await run('refusals');
        assert.equal(said.length, refusals.length);
        for (const [i, pattern] of refusals.entries()) assert.match(said[i], pattern);
      });

      test('what goes wrong later ends listening and says why', async () => {
        const { errors, model } = await run('troubles');
        assert.match(errors[0], /^invalid-argument: batch is 1; /);
        assert.match(errors[1], /^input-ended: the stream has ended$/);
        assert.equal(model, null);
      });
    });
  }
}
