// A GeneratorNode and everything that a page, a context or a user may do to it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { serve } from '../../scripts/serve.js';
import { browserNames, openBrowser } from './harness.js';
import { played, writeModels } from './models.js';

const rates = [8000, 11025, 16000, 22050, 32000, 48000, 88200, 96000, 176400, 192000];

before(writeModels);

for (const name of browserNames) {
  describe(`robustness in ${name}`, () => {
    let server, browser, page;

    const open = async () => {
      const opened = await browser.open();
      await opened.goto(`${server.url}/tests/browser/blank.html`);
      return opened;
    };

    /** Calls a function of robustness-in-page.js in the page. */
    const run = (task, argument, inPage = page) =>
      inPage.evaluate(
        async ([task, argument]) => (await import('/tests/browser/robustness-in-page.js'))[task](argument),
        [task, argument],
      );

    before(async () => {
      server = await serve();
      browser = await openBrowser(name, name === 'chromium' ? ['--js-flags=--expose-gc'] : []);
      page = await open();
    });

    after(async () => {
      await browser?.close();
      await server?.close();
    });

    test('continues where it was when its context is suspended and resumed', async () => {
      const { stood, sound } = await run('pausedContext');
      assert.ok(stood);
      assert.equal(sound, played('small', 44100, {}));
    });

    for (const engine of ['worklet', 'worker']) {
      test(`ends when its context is closed while it plays, engine ${engine}`, async () => {
        const { answers, ended, heard } = await run('closedContext', engine);
        const closed = 'invalid-argument: the context of this node has been closed';
        assert.equal(answers[0], closed);
        assert.ok([closed, undefined].includes(answers[1]), answers[1]); // the swap may already have finished
        assert.equal(ended, engine === 'worker' ? 1 : 0);
        assert.ok(heard > 1e-5, `level ${heard} of the next`);
      });
    }

    test('plays in two contexts side by side', async () => {
      const expected = [played('small', 22050, {}), played('tiny', 24000, { sampleRate: 48000 })];
      assert.deepEqual(await run('twoContexts'), expected);
    });

    test('plays two models side by side', async () => {
      assert.deepEqual(await run('twoModels'), [played('small', 22050, {}), played('tiny', 22050, {})]);
    });

    for (const sampleRate of rates) {
      test(`plays the bits of Node at ${sampleRate} Hz`, async () => {
        assert.equal(await run('atRate', sampleRate), played('small', sampleRate / 10, { sampleRate }, 0.5));
      });
    }

    test('follows parameters however they are automated', async () => {
      for (const [way, { finite, level, change }] of Object.entries(await run('automations'))) {
        assert.ok(finite && level > 1e-4, `${way}: level ${level}`);
        const unheard = name === 'firefox' && way === 'cancelAndHoldAtTime';
        assert.ok(unheard || change > 0.1, `${way}: changed by ${change}`);
      }
    });

    test('stays finite and keeps playing under NaN and Infinity', async () => {
      for (const [what, { finite, level }] of Object.entries(await run('badNumbers'))) {
        assert.ok(finite && level > 1e-4, `${what}: level ${level}`);
      }
      const { refused, of, same } = await run('badCalls');
      assert.deepEqual([refused, same], [of, true]);
    });

    // On many processors subnormal numbers take a hundred times as long as others.
    test('does not slow down in silence', async () => {
      const ratio = await run('silentTail');
      assert.ok(ratio < 2, `a second takes ${ratio} times as long`);
    });

    test('needs no shared memory', async () => {
      const other = await open();
      await other.evaluate(() => void delete globalThis.SharedArrayBuffer);
      for (const engine of ['worklet', 'worker']) {
        const { shared, heard } = await run('withoutSharedMemory', { engine }, other);
        assert.deepEqual(shared, [false, 'undefined']);
        assert.ok(heard > 1e-4, `${engine}: level ${heard}`);
      }
      await other.page.close();
    });

    test('keeps playing in the background', async () => {
      const other = await open();
      await other.page.bringToFront();
      const { state, sound } = await run('inBackground');
      await other.page.close();
      assert.equal(sound, played('small', 44100, {}));
      if (name === 'firefox') assert.equal(state, 'hidden'); // a headless Chromium calls every page visible
    });

    if (name === 'chromium') {
      test('is garbage collected with its instance once disposed of', async () => {
        assert.deepEqual(await run('collection'), { made: 1, collected: 1, nodes: 1 });
      });
    }

    test('logs no errors', () => assert.deepEqual(page.errors, []));
  });
}
