// Checkpoints in the stores of real browsers, and trainings that go on after their tab was killed.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { serve } from '../../scripts/serve.js';
import { browserNames, openBrowser } from './harness.js';

for (const name of browserNames) {
  describe(`checkpoints in ${name}`, () => {
    let server, browser, page;

    /** Calls a function of checkpoints-in-page.js. */
    const run = (name, argument, tab = page) =>
      tab.evaluate(
        async ([name, argument]) => (await import('/tests/browser/checkpoints-in-page.js'))[name](argument),
        [name, argument],
      );

    const newTab = async (origin = server.url) => {
      const tab = await browser.open();
      await tab.goto(`${origin}/tests/browser/blank.html`);
      return tab;
    };

    before(async () => {
      server = await serve();
      browser = await openBrowser(name);
      page = await newTab();
    });

    after(async () => {
      await browser?.close();
      await server?.close();
    });

    for (const store of ['opfs', 'indexed-db']) {
      test(`${store} keeps whole files`, async () => {
        assert.deepEqual(await run('inStoreWorker', { task: 'useStore', argument: store }), {
          listed: ['small.0.plan', 'whole.0.state'],
          whole: true,
          head: [1, 1, 1, 1, 1],
          missing: 'NotFoundError',
          left: [],
        });
      });
    }

    if (name === 'chromium') {
      for (const store of ['opfs', 'indexed-db']) {
        test(`a quota that is used up is noticed, and ${store} keeps what it has`, async () => {
          const other = await serve(); // another origin: Chromium remembers for a while how much room one has
          const tab = await newTab(other.url);
          const session = await tab.page.context().newCDPSession(tab.page);
          await session.send('Storage.overrideQuotaForOrigin', { origin: other.url, quotaSize: 2e7 });
          const saved = await run(
            'inStoreWorker',
            { task: 'save', argument: { store, lengths: [1e6, 5e7, 5e7] } },
            tab,
          );
          await other.close();
          assert.deepEqual(saved, {
            notices: [
              {
                code: 'checkpoint-failed',
                message: 'the checkpoint of "quota" could not be written: the storage is full',
              },
            ],
            loaded: 1e6,
          });
        });
      }
    }

    test('logs no errors', () => assert.deepEqual(page.errors, []));
  });
}
