// Checks docs/hosting.md: its policies suffice for everything, and each file is fetched once.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { serve } from '../../scripts/serve.js';
import { browserNames, openBrowser } from './harness.js';

const manual = await readFile(new URL('../../docs/hosting.md', import.meta.url), 'utf8');
const [ownPolicy, inlinePolicy] = manual.match(/default-src 'none';.*/g);

/** Learns and plays with each engine in a page with these headers; returns the engines. */
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

/** How often a page that does this fetches each file of dist/, from a server that allows caching. */
async function fetched(browser, task) {
  const files = await serve();
  const counts = {};
  const server = createServer(async (request, response) => {
    const answer = await fetch(files.url + request.url);
    if (request.url.startsWith('/dist/')) counts[request.url] = (counts[request.url] ?? 0) + 1;
    response.writeHead(answer.status, {
      'Content-Type': answer.headers.get('content-type'),
      'Cache-Control': 'max-age=600',
    });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const page = await browser.open();
    await page.goto(`http://127.0.0.1:${server.address().port}/tests/browser/blank.html`);
    await page.evaluate(async (task) => (await import('/tests/browser/hosting-in-page.js'))[task](), task);
    return counts;
  } finally {
    server.closeAllConnections();
    server.close();
    await files.close();
  }
}

for (const name of browserNames) {
  describe(`in ${name} a page fetches what it needs, and only once`, () => {
    let browser;

    before(async () => (browser = await openBrowser(name)));
    after(() => browser?.close());

    test('to play', async () => {
      assert.deepEqual(await fetched(browser, 'play'), { '/dist/player.wasm': 1, '/dist/worklet.js': 1 });
    });

    test('to learn, generate and play', async () => {
      assert.deepEqual(await fetched(browser, 'learnGenerateAndPlay'), {
        ...{ '/dist/lodestone.wasm': 1, '/dist/worker.js': 1, '/dist/worklet.js': 1 },
      });
    });
  });

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
