// SpectrumNode and Spectrogram in real browsers, with and without cross-origin isolation.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Core, CoreAnalyser } from '../../js/core.js';
import { prepare } from '../../js/index.js';
import { serve } from '../../scripts/serve.js';
import { browserNames, openBrowser } from './harness.js';
import { testSignal } from './test-signal.js';

/** The frames that Node finds in the first 12 hops of the mean of the channels. */
async function expectedFrames(channels) {
  const analyser = new CoreAnalyser(new Core(await prepare(undefined, 'analysis')), {
    size: 1024,
    hop: 512,
    sampleRate: 44100,
  });
  const signal = testSignal(44100)
    .subarray(0, 12 * 512)
    .map((sample) => (channels === 1 ? sample : (sample + sample / 2) / 2));
  const { layout } = analyser;
  const frames = [];
  for (let taken = 0; taken < signal.length;) {
    taken += analyser.push(signal, taken);
    while (analyser.next()) {
      const frame = { lists: [] };
      for (const [name, place] of Object.entries(layout)) {
        if (typeof place !== 'number')
          frame.lists.push(Array.from(analyser.frame.subarray(place[0], place[0] + place[1])));
        else if (name !== 'length') frame[name] = analyser.frame[place];
      }
      frames.push(frame);
    }
  }
  return frames;
}

for (const name of browserNames) {
  describe(`SpectrumNode in ${name}`, () => {
    let servers, browser, page;

    const run = (task, argument) =>
      page.evaluate(
        async ({ task, argument }) => (await import('/tests/browser/spectrum-in-page.js'))[task](argument),
        {
          task,
          argument,
        },
      );

    before(async () => {
      servers = [await serve(), await serve({ isolated: true })];
      browser = await openBrowser(name);
      page = await browser.open();
    });

    after(async () => {
      await browser?.close();
      for (const server of servers ?? []) await server.close();
    });

    for (const isolated of [false, true]) {
      describe(isolated ? 'isolated' : 'not isolated', () => {
        before(() => page.goto(`${servers[Number(isolated)].url}/tests/browser/blank.html`));

        test('gives the bits of Node, and passes its input through', async () => {
          for (const channels of [1, 2]) {
            const expected = await expectedFrames(channels);
            assert.equal(expected.length, 11);
            const { frames, passesThrough } = await run('offline', { channels });
            assert.ok(passesThrough);
            assert.deepEqual(frames, expected);
          }
        });

        test('delivers frames at the requested rate, always in the same object', async () => {
          const found = await run('live', { rate: 30 });
          assert.equal(found.isolated, isolated);
          // One frame per hop is 86 per second. Frames arrive in bunches if the machine is busy.
          assert.ok(found.perSecond > 26 && found.perSecond < 34, `${found.perSecond} frames a second`);
          assert.equal(found.objects, 2);
          assert.equal(found.afterwards, 0);
          assert.ok(Math.abs(found.pitch - 441) < 2 && found.confidence > 0.9, `${found.pitch} ${found.confidence}`);
          assert.ok(Math.abs(found.rms - 0.6 / Math.sqrt(12)) < 0.01, found.rms);
        });
      });
    }

    test('refuses what is not allowed', async () => {
      const { code, message } = await run('refusal', { size: 1000 });
      assert.equal(code, 'invalid-argument');
      assert.match(message, /size is 1000/);
      assert.match((await run('refusal', { rate: 0 })).message, /rate is 0; allowed: numbers above 0/);
      assert.match((await run('refusal', { fft: 2048 })).message, /no option fft; options: size, hop/);
    });

    test('a spectrogram scrolls, with the tone in its row', async () => {
      for (const scale of ['log', 'linear']) {
        const { tones, frequency } = await run('drawn', { scale });
        const place = { log: Math.log(frequency / 50) / Math.log(20000 / 50), linear: (frequency - 50) / 19950 }[scale];
        const row = Math.floor(100 * (1 - place));
        tones.forEach((tone, x) => {
          if (x < 10 || x >= 30) assert.equal(tone, null, `column ${x}`);
          else assert.ok(Math.abs(tone - row) <= 1, `${scale}, column ${x}: row ${tone}, not ${row}`);
        });
      }
    });

    test('a spectrogram has the colours of the scheme, or those given', async () => {
      for (const scheme of page.schemes) {
        await page.look({ width: 800, scheme });
        const { background } = await run('drawn', { scale: 'log' });
        assert.equal(background > 384, scheme === 'light', `${scheme}: ${background}`);
      }
      assert.equal((await run('drawn', { scale: 'log', colours: ['#102030', '#ffffff'] })).background, 0x60);
    });

    test('logs no errors', () => assert.deepEqual(page.errors, []));
  });
}
