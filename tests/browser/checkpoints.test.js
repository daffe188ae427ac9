// Checkpoints in the stores of real browsers, and trainings that are resumed after their tab was killed.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '../../scripts/serve.js';
import { browserNames, openBrowser } from './harness.js';
import { unbroken } from './kept-training.js';

const long = Boolean(process.env.LODESTONE_LONG);

/** Kills a tab's process in Chromium; in Firefox, closes the tab with its Workers while it is at work. */
async function killTab({ page }, browserName) {
  if (browserName === 'chromium') {
    const session = await page.context().newCDPSession(page);
    const crashed = new Promise((done) => page.once('crash', done));
    session.send('Page.crash').catch(() => {}); // there is nobody left to answer
    await crashed;
  }
  await page.close();
}

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

    /** Waits until the tab's training is done, or has reached that share of its steps; returns what it has learned. */
    async function come(tab, share) {
      for (;;) {
        const { step, steps, learned, error } = await run('look', null, tab);
        assert.equal(error, undefined);
        if (learned !== undefined || step >= share * steps) return learned;
        await sleep(20);
      }
    }

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

    for (const store of ['opfs', 'indexed-db']) {
      test(`${store} that is cleared during training is filled again`, async () => {
        const expected = { notices: [], seed: 5, state: 2 };
        assert.deepEqual(await run('inStoreWorker', { task: 'clear', argument: store }), expected);
      });
    }

    if (name === 'chromium') {
      for (const store of ['opfs', 'indexed-db']) {
        test(`an exhausted quota is reported, and ${store} keeps what it has`, async () => {
          const other = await serve(); // another origin, because Chromium caches an origin's quota for a while
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

    for (const [kind, store] of [
      ['windows', 'opfs'],
      ['sequence', 'indexed-db'],
    ]) {
      const kills = kind === 'windows' ? (long ? 50 : 5) : 1;
      test(`${kind} in ${store}: a tab is killed ${kills} times, and the model is the same`, async () => {
        const epochs = Math.max(200, 40 * kills); // long enough to be killed so often
        for (let kill = 1; kill <= kills; ++kill) {
          const tab = await newTab();
          await run('begin', { kind, epochs, workers: [1, 2, 4][kill % 3], store }, tab);
          assert.equal(await come(tab, kill / (kills + 2)), undefined, 'killed before it was done');
          await sleep(100 * Math.random());
          await killTab(tab, name);
        }
        const tab = await newTab();
        await run('begin', { kind, epochs, workers: 2, store }, tab);
        assert.equal(await come(tab, 2), await unbroken(kind, epochs));
        await tab.page.close();
      });
    }

    test('logs no errors', () => assert.deepEqual(page.errors, []));
  });
}
