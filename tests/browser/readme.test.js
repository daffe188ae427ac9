// Runs the README's "Play a model" unchanged.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { serve } from '../../scripts/serve.js';
import { browserNames, openBrowser } from './harness.js';
import { publish } from './models.js';

/** Its code as a module that needs no bundler and exports its variables. */
async function writeExample() {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const [, code] = /### Play a model\n\n```js\n([^]*?)```/.exec(readme);
  const runnable = code.replace("'lodestone'", "'/js/index.js'").replace("'examples/", "'/examples/");
  await publish('readme.js', `${runnable}export { context, node };\n`);
}

/** Runs in the page: clicks, and waits until sound arrives; its peak. */
async function play() {
  const { context, node } = await import('/build/browser/readme.js');
  const analyser = new AnalyserNode(context, { fftSize: 2048 });
  node.connect(analyser);
  dispatchEvent(new PointerEvent('pointerdown', { clientX: 100 }));
  const heard = new Float32Array(2048);
  let peak = 0;
  for (let tries = 0; peak < 0.01 && tries < 100; ++tries) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    analyser.getFloatTimeDomainData(heard);
    peak = heard.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  }
  node.dispose();
  await context.close();
  return peak;
}

before(writeExample);

for (const name of browserNames) {
  describe(`the README's instrument in ${name}`, () => {
    let server, browser;

    before(async () => {
      server = await serve();
      browser = await openBrowser(name);
    });

    after(async () => {
      await browser?.close();
      await server?.close();
    });

    test('makes sound', async () => {
      const page = await browser.open();
      await page.goto(`${server.url}/tests/browser/blank.html`);
      const peak = await page.evaluate(play);
      assert.ok(peak > 0.01 && peak < 2, `${peak}`);
      assert.deepEqual(page.errors, []);
    });
  });
}
