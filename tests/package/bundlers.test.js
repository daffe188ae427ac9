// Pages built in every way that the manual describes learn and play in real browsers, with the same bits as in Node.
// LODESTONE_LONG adds webpack, Rollup and esbuild, and Vite's development server.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import * as http from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createServer } from 'vite';
import { serve } from '../../scripts/serve.js';
import { openBrowser } from '../browser/harness.js';
import { project, run } from './workspace.js';

/** Each project's output folder, and its script if the tool does not generate a page. */
const outputs = {
  plain: { folder: '.' },
  inline: { folder: '.' },
  vite: { folder: 'dist' },
  webpack: { folder: 'dist', script: 'main.js' },
  rollup: { folder: 'public', script: 'js/page.js' },
  esbuild: { folder: 'public', script: 'js/page.js' },
};

const pageWith = (script) => `<!doctype html><script type="module" src="${script}"></script>\n`;

/** Builds it as the manual says; returns the folder to serve. */
async function built(name) {
  const { path, commands } = await project(name);
  const { folder, script } = outputs[name];
  for (const command of commands) {
    assert.doesNotMatch(await run(path, 'sh', '-c', command.replace(/^npx /, '')), /warning/i, command);
  }
  if (script) writeFileSync(join(path, folder, 'index.html'), pageWith(script));
  writeFileSync(join(path, folder, 'favicon.ico'), ''); // browsers ask for it
  return join(path, folder);
}

/** The origin of `lodestone/inline` in the manual, which serves the tarball's file. */
async function serveInline(root) {
  const script = readFileSync(join(root, 'node_modules/lodestone/dist/inline.js'));
  const headers = { 'Content-Type': 'text/javascript', 'Access-Control-Allow-Origin': '*' };
  const server = http.createServer((_, response) => response.writeHead(200, headers).end(script));
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const page = join(root, 'index.html');
  const address = `http://127.0.0.1:${server.address().port}/inline.js`;
  writeFileSync(page, readFileSync(page, 'utf8').replace(/https:[^"]*inline\.js/, address));
  return server;
}

/** The result of the page at that address. */
async function outcome(browser, url) {
  const page = await browser.open();
  await page.goto(url);
  const result = await page.waitFor(() => globalThis.outcome);
  assert.deepEqual(page.errors, []);
  return result;
}

let expected;

before(async () => {
  const { path } = await project('expected');
  expected = JSON.parse(await run(path, 'node', 'node.js')).outcome;
});

const everywhere = process.env.LODESTONE_LONG ? Object.keys(outputs) : ['plain', 'inline', 'vite'];

for (const [name, projects] of Object.entries({ chromium: everywhere, firefox: ['vite'] })) {
  describe(`in ${name}`, () => {
    let browser;
    before(async () => (browser = await openBrowser(name)));
    after(() => browser?.close());

    for (const made of projects) {
      test(made, async () => {
        const root = await built(made);
        const other = made === 'inline' ? await serveInline(root) : undefined;
        const server = await serve({ root });
        try {
          assert.deepEqual(await outcome(browser, `${server.url}/`), expected);
        } finally {
          await server.close();
          other?.close();
        }
      });
    }

    if (process.env.LODESTONE_LONG) {
      test("vite's development server", async () => {
        const { path: root } = await project('vite-development');
        writeFileSync(join(root, 'favicon.ico'), '');
        const server = await (await createServer({ root, logLevel: 'error' })).listen();
        try {
          assert.deepEqual(await outcome(browser, server.resolvedUrls.local[0]), expected);
        } finally {
          await server.close();
        }
      });
    }
  });
}
