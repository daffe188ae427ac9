// The static server that the demo and the browser tests use.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { serve } from '../../scripts/serve.js';

/** Status and headers; unlike `fetch`, it sends the path unchanged. */
function ask(url, path) {
  return new Promise((done, failed) => {
    const sent = request(`${url}`, { path }, (response) => {
      response.resume();
      done({ status: response.statusCode, headers: response.headers });
    });
    sent.on('error', failed).end();
  });
}

describe('the server', () => {
  let server;
  before(async () => (server = await serve({ isolated: true })));
  after(() => server.close());

  test('sends the MIME types that browsers require', async () => {
    const types = {
      '/examples/minimal/': 'text/html; charset=utf-8',
      '/js/index.js': 'text/javascript; charset=utf-8',
      '/dist/lodestone.wasm': 'application/wasm',
      '/examples/sounds/piano.wav': 'audio/wav',
    };
    for (const [path, type] of Object.entries(types)) {
      const { status, headers } = await ask(server.url, path);
      assert.deepEqual([status, headers['content-type']], [200, type], path);
    }
  });

  test('serves nothing outside its folder and no hidden files', async () => {
    for (const path of ['/../', '/..%2f..%2fetc/passwd', '/%2e%2e/', '/.git/config', '/js/%00', '/%ff', '//']) {
      assert.equal((await ask(server.url, path)).status, 404, path);
    }
  });

  test('redirects a folder to its page, and isolates pages on request', async () => {
    const { status, headers } = await ask(server.url, '/examples/minimal');
    assert.deepEqual([status, headers.location], [301, '/examples/minimal/']);
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
    assert.equal(headers['cross-origin-embedder-policy'], 'require-corp');
  });
});
