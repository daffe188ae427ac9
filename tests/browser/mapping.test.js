// Mappings in real browsers, with and without cross-origin isolation.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serve } from '../../scripts/serve.js';
import { fakeDevices, fakePreferences, writeFilm } from './fake-camera.js';
import { browserNames, openBrowser } from './harness.js';

const film = join(fileURLToPath(new URL('../../build', import.meta.url)), 'square.y4m');

/** What a browser must not have, for each way of a camera's frames that it has. */
const ways = {
  chromium: {
    'a reader on the page': [],
    'frames of a video': ['MediaStreamTrackProcessor'],
    'bitmaps of a video': ['MediaStreamTrackProcessor', 'VideoFrame'],
  },
  firefox: { 'frames of a video': [], 'bitmaps of a video': ['VideoFrame'] },
};

const close = (actual, expected, tolerance, what) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual}, expected ${expected}`);

for (const name of browserNames) {
  describe(`a mapping in ${name}`, () => {
    let servers, browser, page;

    const run = (task, argument) =>
      page.evaluate(async ({ task, argument }) => (await import('/tests/browser/mapping-in-page.js'))[task](argument), {
        task,
        argument,
      });

    before(async () => {
      servers = [await serve(), await serve({ isolated: true })];
      await writeFilm(film);
      browser = await openBrowser(name, fakeDevices(film), fakePreferences);
      page = await browser.open();
    });

    after(async () => {
      await browser?.close();
      for (const server of servers ?? []) await server.close();
    });

    for (const isolated of [false, true]) {
      describe(isolated ? 'isolated' : 'not isolated', () => {
        before(() => page.goto(`${servers[Number(isolated)].url}/tests/browser/blank.html`));

        test('plays two parameters as they were taught', async () => {
          const found = await run('follows');
          close(found.added.rows, 20, 6, 'rows of 0.2 s');
          assert.equal(found.added.dropped, 0);
          close(found.here.level, 0.2, 0.01, 'level of the first take');
          close(found.there.level, 0.8, 0.01, 'level of the second take');
          close(found.here.values[1], Math.log(200 / 20) / Math.log(24000 / 20), 0.03, 'cutoff');
          assert.deepEqual(found.own, [0, 0]);
          close(found.given[0], 0.8, 1e-6, 'the parameter has its own value again');
          assert.deepEqual(found.there.inputs, [1, 1]);
          assert.equal(found.labels.length, 2);
        });

        for (const [way, without] of Object.entries(ways[name])) {
          test(`follows a camera's picture, by ${way}`, async () => {
            const found = await run('sees', { isDrawn: name === 'firefox', without });
            close(found.levels[0], 0.25, 0.1, 'level of the square on the left');
            close(found.levels[1], 0.75, 0.1, 'level of the square on the right');
            assert.equal(found.names.length, 2 * 48 + 4);
            assert.ok(
              found.inputs.every((value) => value >= 0 && value <= 1),
              `${found.inputs}`,
            );
            assert.equal(found.lost, 'camera');
            assert.deepEqual(
              found.held.slice(0, 48).map((value) => value > 0),
              Array(48).fill(true),
            );
            assert.ok(found.timings.frames > 10, `${found.timings.frames} frames`);
            assert.equal(found.pagesFrames === 0, way === 'a reader on the page', `${found.pagesFrames} in the page`);
          });
        }
      });
    }

    test('logs no errors', () => assert.deepEqual(page.errors, []));
  });
}
