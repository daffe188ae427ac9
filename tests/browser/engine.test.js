// The worker engine in real browsers, with shared memory and without.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { serve } from '../../scripts/serve.js';
import { browserNames, openBrowser } from './harness.js';
import { writeModels } from './models.js';

before(writeModels);

for (const name of browserNames) {
  for (const isolated of [false, true]) {
    describe(`a worker engine in ${name}, ${isolated ? 'isolated' : 'not isolated'}`, () => {
      let server, browser, page;

      /** Calls a function of engine-in-page.js in the page. */
      const run = (task, argument) =>
        page.evaluate(
          async ([task, argument]) => (await import('/tests/browser/engine-in-page.js'))[task](argument),
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

      // A second, so that a busy machine does not fail the test, in hops of 128 samples.
      const ring = Math.ceil(44100 / 128) * 128;

      test('plays the same as the worklet, delayed as reported, while the main thread is busy', async () => {
        for (const options of [
          { seed: 3 },
          { seed: 4, parameterData: { temperature: 0.5, position: 0.3, pitch: 5 } },
        ]) {
          const found = await run('againstWorklet', options);
          assert.equal(found.isolated, isolated);
          assert.ok(found.loudest > 1e-3);
          assert.deepEqual([found.delay, found.differing], [ring, 0]);
          const latency = await run('workletLatency', options);
          for (const key of ['min', 'max', 'half']) assert.equal(found.latency[key], latency[key] + ring);
        }
      });

      test('is driven by its input', async () => {
        const found = await run('againstWorklet', { seed: 5, driven: true, parameterData: { drive: 0.7 } });
        assert.deepEqual([found.delay, found.differing], [ring, 0]);
      });

      test('obeys its node, and ends with it', async () => {
        const { refused, playing, suspended, resumed, cpu, ended, answer } = await run('commands');
        assert.match(refused, /^invalid-argument: .* a different shape needs a new node/);
        assert.ok(playing > 1e-4 && resumed > 1e-4, `${playing} ${resumed}`);
        assert.equal(suspended, 0);
        assert.ok(cpu > 0 && cpu < 1, cpu);
        assert.equal(ended, 1);
        assert.match(answer, /has been disposed of/);
      });

      test('is chosen by auto for a heavy model, and never plays offline', async () => {
        const found = await run('engines');
        assert.deepEqual(found, { default: 'worklet', light: 'worklet', heavy: 'worker', offline: 'worklet' });
      });

      test('ends with its context', async () => {
        const { ended, answer } = await run('closing');
        assert.equal(ended, 1);
        assert.match(answer, /the context of this node has been closed/);
      });

      test('counts underruns, and lowers quality', async () => {
        const { underrun, overload, meter } = await run('overload');
        assert.ok(underrun[0] > 0 && meter.underruns >= underrun.at(-1));
        assert.ok(
          overload[0] >= 1 && meter.quality >= 1,
          'one level, or both if what is already on its way takes that long',
        );
      });

      test('explains errors', async () => {
        const found = await run('refusals');
        assert.equal(found.engine, 'invalid-argument: engine is "gpu"; allowed: worklet, worker');
        assert.equal(found.ahead, 'invalid-argument: ahead is 2; allowed: 0.02 to 1');
        assert.match(found.seed, /^invalid-argument: seed is -1/);
      });

      test('logs no errors', () => assert.deepEqual(page.errors, []));
    });
  }

  test(`a policy against Workers is reported in ${name}`, async () => {
    const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'; connect-src 'self'";
    const server = await serve({ policy });
    const browser = await openBrowser(name);
    try {
      const page = await browser.open();
      await page.goto(`${server.url}/tests/browser/blank.html`);
      const task = async () => (await import('/tests/browser/engine-in-page.js')).forbidden();
      for (const answer of await page.evaluate(task)) assert.match(answer, /^unsupported: a Worker of Lodestone ended/);
    } finally {
      await browser.close();
      await server.close();
    }
  });
}
