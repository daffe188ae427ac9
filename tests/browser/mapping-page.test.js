// The page of examples/mapping as a visitor uses it, in real browsers.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { serve } from '../../scripts/serve.js';
import { fakeDevices, fakePreferences, writeFilm } from './fake-camera.js';
import { browserNames, openBrowser } from './harness.js';
import { folder } from './models.js';

const pictures = fileURLToPath(new URL('../../out/', import.meta.url));
const film = join(folder, 'square-of-page.y4m');

for (const name of browserNames) {
  describe(`the mapping page in ${name}`, () => {
    let server, browser, page;

    const count = () => page.evaluate(() => document.querySelectorAll('#takes li').length);
    const slider = (label) =>
      page.evaluate((of) => document.querySelector(`[aria-label="${of}"]`).valueAsNumber, label);

    /** Moves the pad's cursor with the arrow keys. */
    async function move(key, times) {
      await page.focus('#pad');
      for (let i = 0; i < times; ++i) await page.press(key);
    }

    /** Records a take with the keyboard alone. */
    async function record(ms = 300) {
      await page.focus('#record');
      await page.page.keyboard.down(' ');
      await sleep(ms);
      await page.page.keyboard.up(' ');
      await page.shows('#teach .message', /^Learned/);
    }

    before(async () => {
      await writeFilm(film);
      server = await serve();
      browser = await openBrowser(name, fakeDevices(film), fakePreferences);
      page = await browser.open();
      await page.look({ width: 1000, scheme: 'light' });
      await page.goto(`${server.url}/examples/mapping/`);
    });

    after(async () => {
      await browser?.close();
      await server?.close();
    });

    test('is taught two sounds with the keyboard alone, without a camera or a microphone', async () => {
      await page.focus('[data-sound=synthesizer]');
      await page.press('Enter');
      await page.shows('#teach .message', /^Hold to record/);
      await move('ArrowLeft', 25);
      await page.fill('[aria-label=cutoff]', 0.1);
      await record();
      assert.equal(await count(), 1);
      await move('ArrowRight', 50);
      await page.fill('[aria-label=cutoff]', 0.9);
      await record();
      await page.focus('#run');
      await page.press('Enter');
      await page.waitFor(() => Math.abs(document.querySelector('[aria-label=cutoff]').valueAsNumber - 0.9) < 0.1);
      await move('ArrowLeft', 50);
      await page.waitFor(() => Math.abs(document.querySelector('[aria-label=cutoff]').valueAsNumber - 0.1) < 0.1);
    });

    test('lists takes, which can be undone, repeated, played back and deleted', async () => {
      await page.click('#undo');
      await page.waitFor(() => document.querySelectorAll('#takes li').length === 1);
      await page.click('#redo');
      await page.waitFor(() => document.querySelectorAll('#takes li').length === 2);
      await page.click('#run');
      await page.click('[aria-label="Play back take 2"]');
      await page.waitFor(() => Math.abs(document.querySelector('[aria-label=cutoff]').valueAsNumber - 0.9) < 0.01);
      await page.click('[aria-label="Delete take 1"]');
      await page.waitFor(() => document.querySelectorAll('#takes li').length === 1);
      await page.click('#undo');
      await page.waitFor(() => document.querySelectorAll('#takes li').length === 2);
      assert.ok((await slider('cutoff')) > 0.8);
    });

    test('fits a phone and both colour schemes', async () => {
      for (const scheme of page.schemes) {
        for (const width of [1000, 375]) {
          await page.look({ width, scheme });
          const content = await page.evaluate(() => document.documentElement.scrollWidth);
          assert.ok(content <= width, `content is ${content} wide at ${width}`);
          await page.screenshot(join(pictures, `mapping-${name}-${scheme}-${width}.png`));
        }
      }
    });

    test('saves a mapping and loads it again', async () => {
      const { name: file, bytes } = await page.download('#save');
      assert.equal(file, 'mapping.safetensors');
      const path = join(folder, file);
      await writeFile(path, bytes);
      await page.click('[aria-label="Delete take 1"]');
      await page.waitFor(() => document.querySelectorAll('#takes li').length === 1);
      await page.upload('#file', path);
      await page.waitFor(() => document.querySelectorAll('#takes li').length === 2);
    });

    test('shows the camera and the microphone', async () => {
      for (const source of ['camera', 'microphone']) {
        await page.click(`[name=${source}]`);
        await page.shows('#inputs .message', /^The inputs have changed/);
      }
      await page.waitFor(() => document.querySelectorAll('#across option').length > 100);
      await record();
      assert.equal(await count(), 1);
    });

    test('logs no errors', () => assert.deepEqual(page.errors, []));
  });
}
