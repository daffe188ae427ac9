// Mappings in real browsers, with and without cross-origin isolation.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build } from 'esbuild';
import { serve } from '../../scripts/serve.js';
import { fakeDevices, fakePreferences, writeFilm } from './fake-camera.js';
import { browserNames, openBrowser } from './harness.js';
import { folder, publish } from './models.js';

const film = join(folder, 'square.y4m');

async function bundleTone() {
  const stdin = { contents: "export * as Tone from 'tone'", resolveDir: folder };
  const { outputFiles } = await build({ stdin, bundle: true, format: 'esm', write: false });
  await publish('tone.js', outputFiles[0].contents);
}

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
      await bundleTone();
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

        test('hears features of a sound on the audio thread', async () => {
          const found = await run('hears');
          close(found.rms, 0.8 / Math.SQRT2, 0.02, 'level of the tone');
          close(found.loud, 0.8, 0.02, 'output of the loud tone');
          close(found.soft, 0.2, 0.02, 'output of the soft tone');
        });

        test('takes values from a Worker', async () => {
          const found = await run('fromWorker');
          assert.equal(found.input, 0.5);
          close(found.level, 0.5, 0.15, 'between the takes');
        });

        test('counts in, stops at the limit, mutes, holds and refuses', async () => {
          const found = await run('details');
          assert.deepEqual(found.refusals, [
            'invalid-argument: label is "wave"; allowed: ',
            'invalid-argument: output is "pitch"; allowed: level',
            'invalid-argument: level is "1"; allowed: numbers',
            'invalid-argument: limit is 0; allowed: numbers above 0',
            'invalid-argument: output is "pitch"; allowed: level',
            'invalid-argument: a take is being recorded; first: stop()',
          ]);
          assert.equal(found.nothing, null);
          assert.equal(found.failure, 'invalid-argument');
          assert.ok(found.countedIn >= 290, `counted in for ${found.countedIn} ms`);
          assert.equal(found.rows, 20);
          close(found.first, 0.3, 0.11, 'the first target');
          close(found.last, 0.6, 1e-6, 'the last target');
          assert.deepEqual(found.mutedTargets, []);
          const { follows, own, again, held, released, stopped } = found.levels;
          close(follows, 0.3, 0.01, 'running');
          close(own, 0.1, 0.01, 'muted');
          close(again, 0.3, 0.01, 'running again');
          close(held, 0.7, 0.01, 'held by hand');
          close(released, 0.3, 0.01, 'released');
          close(stopped, 0.1, 0.01, 'stopped');
          assert.ok(found.random >= 0 && found.random <= 1 && found.random !== 0.1, `${found.random}`);
        });

        test('undoes, repeats, saves and loads', async () => {
          const { counts, levels, again } = await run('keeps');
          assert.deepEqual(counts, [2, 0, 2, 0, 2]);
          close(levels[0], 0.2, 0.01, 'the first take');
          close(levels[1], 0.8, 0.01, 'the second take');
          assert.equal(again, 0);
        });

        test('plays on when its Worker dies, and loses no take', async () => {
          const found = await run('survives');
          assert.equal(found.code, 'unsupported');
          close(found.playing, 0.5, 0.02, 'held while it records');
          assert.equal(found.takes, 3);
          assert.equal(found.undone, 1);
          assert.equal(found.workers, 2);
          close(found.levels[0], 0.8, 0.02, 'an old take');
          close(found.levels[1], 0.5, 0.02, 'the new one');
        });

        test('spots gestures, and an output follows their progress', async () => {
          const { before, spotted, most, followed, state } = await run('gestures');
          assert.equal(before, 0);
          assert.deepEqual([...new Set(spotted.map(({ label }) => label))], ['wave']);
          assert.ok(spotted[0].confidence > 0 && spotted[0].confidence <= 1, `${spotted[0].confidence}`);
          assert.ok(most > 0.8, `progress ${most}`);
          assert.ok(followed > 0.5, `progress ${followed} of a file that has the labels in another order`);
          assert.equal(state.label, 'wave');
        });

        test('hears a pointer, keys, a gamepad and sensors, and when one is lost', async () => {
          const { values, after, speed, lost, told, names } = await run('senses');
          const value = (name, of = values) => of[names.indexOf(name)];
          assert.deepEqual([value('pointer.x'), value('pointer.y'), value('pointer.pressure')], [0.75, 0.25, 0.5]);
          assert.ok(speed > 1 && speed < 50, `${speed} widths per second`);
          assert.equal(value('pointer.speed'), 0, 'it rests');
          assert.deepEqual([value('keys.a'), value('keys.b'), value('keys.b', after)], [0, 1, 0]);
          assert.deepEqual([value('gamepad.axis0'), value('gamepad.axis1'), value('gamepad.button0')], [0.5, -1, 1]);
          assert.equal(value('gamepad.axis0', after), 0.5, 'held');
          close(value('motion.sine'), 1, 1e-6, 'direction');
          assert.deepEqual([value('motion.tilt'), value('motion.roll')], [10, 20]);
          assert.ok(lost.includes('gamepad'), `${lost}`);
          const ofGamepad = told.filter((text) => text.endsWith('gamepad'));
          assert.deepEqual(ofGamepad.slice(-2), ['found gamepad', 'lost gamepad']);
        });

        test('passes on its options, and refuses bad ones', async () => {
          const { refusal, evicted } = await run('options');
          assert.match(refusal, /^invalid-argument: neighbours is 0/);
          assert.deepEqual(evicted, [0, 1]);
        });

        test('refuses wrong arguments, and leaves the parameters free', async () => {
          const refusals = await run('refuses');
          const expected = [
            /^epochs is 0; allowed: 1 to 1000000/,
            /^capacity is 0; allowed: 1 to 1000000/,
            /^a mapping has no option speed/,
            /^inputs is undefined; allowed: arrays of inputs$/,
            /place\.0/,
            /context/i,
            /^an input of an output is "pad"; allowed: place\.0$/,
            /^param of other is AudioParam; allowed: parameters that no other mapping plays$/,
            /^the output other is undefined; allowed: AudioParams, objects of options$/,
          ];
          expected.forEach((pattern, i) => assert.match(refusals[i], pattern));
        });

        test('records one take after the other, and ends while it learns', async () => {
          const { added, targets, told, unknown } = await run('hurries');
          close(added[0].rows, 15, 6, 'rows of the first take');
          close(added[1].rows, 15, 6, 'rows of the second take');
          assert.deepEqual(targets, [[Math.fround(0.2)], [Math.fround(0.8)]]);
          assert.ok(added[2].evicted > 0);
          assert.deepEqual(told, []);
          assert.equal(unknown, 'label is "wave"; allowed: ');
        });

        test('has its parameters for itself', async () => {
          assert.equal(
            await run('shares'),
            'invalid-argument: param of level is AudioParam; allowed: parameters that no other mapping plays',
          );
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

    test('plays a synth of Tone.js and a GeneratorNode', async () => {
      await page.goto(`${servers[0].url}/tests/browser/blank.html`);
      const model = '/examples/models/responsive.safetensors';
      const found = await run('underTone', { address: '/build/browser/tone.js', model });
      close(found.frequencies[0], 220, 12, 'pitch of the first take');
      close(found.frequencies[1], 880, 12, 'pitch of the second take');
      close(found.values[1], 0.9, 0.02, 'position');
      assert.equal(found.given, found.own);
    });

    test('logs no errors', () => assert.deepEqual(page.errors, []));
  });
}
