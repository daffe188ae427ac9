// The library in every scope of real browsers: the same bits as in Node.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Core } from '../../js/core.js';
import { prepare } from '../../js/index.js';
import { serve } from '../../scripts/serve.js';
import { playedSecond, results, trainedModel } from './fixed-computation.js';
import { browserNames, openBrowser } from './harness.js';

const modules = () => Promise.all([prepare(), prepare(undefined, 'analysis')]);

describe('the fixed computation in Node', () => {
  test('has something to compare', async () => {
    const { losses, ...hashes } = results(await modules());
    assert.ok(
      losses.split(' ').every((loss) => Number(loss) > 0),
      losses,
    );
    assert.equal(new Set(Object.values(hashes)).size, Object.keys(hashes).length, 'all hashes differ');
  });

  test('plays the same in pieces of any length, and not silence', async () => {
    const core = new Core(await prepare());
    const model = trainedModel(core);
    const played = playedSecond(core, model, 128);
    assert.ok(played.some((sample) => Math.abs(sample) > 1e-3));
    assert.deepEqual(playedSecond(core, model, 441), played);
  });
});

for (const name of browserNames) {
  describe(`the library in ${name}`, () => {
    let server, browser, page, expected;

    /** Calls a function of in-page.js in the page. */
    const run = (scope) => page.evaluate(async (scope) => (await import('/tests/browser/in-page.js'))[scope](), scope);

    before(async () => {
      expected = results(await modules());
      server = await serve();
      browser = await openBrowser(name);
      page = await browser.open();
      await page.goto(`${server.url}/tests/browser/blank.html`);
    });

    after(async () => {
      await browser?.close();
      await server?.close();
    });

    test('gives the bits of Node in the page', async () => assert.deepEqual(await run('inPage'), expected));

    test('gives the bits of Node in a module Worker', async () => assert.deepEqual(await run('inWorker'), expected));

    test('gives the bits of Node in an AudioWorklet, in real time', async () =>
      assert.deepEqual(await run('inAudioContext'), expected));

    test('gives the bits of Node in an AudioWorklet of an OfflineAudioContext', async () =>
      assert.deepEqual(await run('inOfflineContext'), { ...expected, rendered: expected.player }));

    test('logs no errors', () => assert.deepEqual(page.errors, []));
  });
}
