// The instrument in real browsers.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { build } from 'esbuild';
import { serve } from '../../scripts/serve.js';
import { browserNames, openBrowser } from './harness.js';
import { folder, played, publish, writeModels } from './models.js';

/** The two libraries as one module: Tone.js uses the same copy of the other as the test. */
async function bundleLibraries() {
  const contents = "export * as Tone from 'tone'; export * from 'standardized-audio-context';";
  const options = { bundle: true, format: 'esm', write: false };
  const { outputFiles } = await build({ stdin: { contents, resolveDir: folder }, ...options });
  await publish('libraries.js', outputFiles[0].contents);
}

/** Calls a function of generator-in-page.js in the page. */
const call = (page, task, args) =>
  page.evaluate(
    async ([task, args]) => (await import('/tests/browser/generator-in-page.js'))[task](...args),
    [task, args],
  );

before(async () => {
  await writeModels();
  await bundleLibraries();
});

for (const name of browserNames) {
  describe(`a GeneratorNode in ${name}`, () => {
    let server, browser, page;

    const run = (task, ...args) => call(page, task, args);

    before(async () => {
      server = await serve();
      browser = await openBrowser(name);
      page = await browser.open();
      await page.goto(`${server.url}/tests/browser/blank.html`);
    });

    after(async () => {
      await browser?.close();
      await server?.close();
    });

    test('plays the bits of Node offline', async () => {
      assert.equal(await run('rendered', { seed: 7 }), played('small', 22050, { seed: 7 }));
      const options = {
        seed: 3,
        mode: 'stateful',
        phase: 'smooth',
        spread: false,
      };
      const { phase, ...same } = options;
      assert.equal(await run('rendered', options), played('small', 22050, { ...same, lookAhead: 3 }), phase);
    });

    test('plays the bits of Node in real time', async () => {
      assert.equal(await run('played', { seed: 7 }), played('small', 44100, { seed: 7 }));
    });

    test('plays the bits of Node at another sample rate', async () => {
      const expected = played('small', 24000, { seed: 7, sampleRate: 48000 });
      assert.equal(await run('rendered', { seed: 7 }, { sampleRate: 48000, length: 24000 }), expected);
    });

    test('plays the same whatever the length of a quantum', async () => {
      assert.equal(await run('rendered', { seed: 7 }, { renderSizeHint: 512 }), played('small', 22050, { seed: 7 }));
    });

    test('has the documented parameters', async () => {
      assert.deepEqual(await run('parameterRanges'), [
        'brightness -24 24 0',
        'drive 0 1 0',
        'gain 0 4 1',
        'pitch -24 24 0',
        'position 0 1 0',
        'pull 0 1 0',
        'randomness 0 1 0',
        'smoothing 0 1 0',
        'speed 0 4 1',
        'temperature 0 4 0',
      ]);
    });

    test('changes its sound with each parameter', async () => {
      const effects = await run('parameterEffects');
      assert.equal(Object.keys(effects).length, 9);
      for (const [parameter, effect] of Object.entries(effects)) assert.ok(effect > 0.01, `${parameter}: ${effect}`);
    });

    // Compares the browser's float32 ramp with one in double precision.
    test('follows the gain sample by sample', async () => assert.ok((await run('gainError')) < 1e-5));

    test('obeys trigger and reset', async () => {
      const { plain, again, reset, made, triggered, transposed } = await run('messages');
      assert.equal(again, plain);
      assert.equal(reset, made);
      assert.equal(new Set([plain, made, triggered, transposed]).size, 4);
    });

    test('is silent while suspended and once disposed of', async () => {
      const { playing, suspended, resumed, disposed, answer } = await run('levels');
      assert.ok(playing > 1e-4 && resumed > 1e-4, `${playing}, ${resumed}`);
      assert.deepEqual([suspended, disposed], [0, 0]);
      assert.equal(answer, 'invalid-argument: this node has been disposed of');
    });

    test('swaps its model 200 times while it plays', async () => {
      const { refused, level, meter } = await run('swaps', 200);
      assert.match(refused, /^invalid-argument: the model's size is 512; allowed: 128, as in the model/);
      assert.ok(level > 1e-5, `level ${level}`);
      assert.equal(meter.scrubs, 0);
    });

    test('plays a model during its training', async () => {
      const { level, swaps } = await run('learning');
      assert.equal(swaps, 2);
      assert.ok(level > 1e-5, `level ${level}`);
    });

    test('lowers quality when the audio thread is overloaded, and restores it afterwards', async () => {
      const { levels, late } = await run('overload');
      assert.ok(late > 0);
      assert.equal(levels[0], 1);
      assert.equal(levels.at(-1), levels.at(-2) - 1, levels.join()); // the hog may have been stopped too late for level 1
    });

    test('plays under standardized-audio-context and under Tone.js', async () => {
      const { sac, tone } = await run('underLibraries', '/build/browser/libraries.js');
      assert.ok(sac > 1e-4 && tone > 1e-4, `${sac}, ${tone}`);
    });

    test('explains errors', async () => {
      const { unregistered, option, phase, iterations, seed, worklet, foreign } = await run('refusals');
      assert.match(unregistered, /^invalid-argument: this context is not registered; first: await register\(context\)/);
      assert.match(option, /^invalid-argument: a GeneratorNode has no option tempo; options: phase, /);
      assert.match(phase, /^invalid-argument: phase is "magic"; allowed: live, light, smooth, spsi or an object/);
      assert.match(iterations, /^invalid-argument: iterations is 1000000; allowed: 0 to 100/);
      assert.match(seed, /^invalid-argument: seed is -1; allowed: whole numbers from 0 to/);
      assert.match(worklet, /^unsupported: \/nowhere\.js cannot run on the audio thread: /);
      assert.match(foreign, /^invalid-argument: context is not one of this page/);
    });

    test('plays the same from bytes if compiled modules cannot be passed', async () => {
      assert.equal(await run('renderedFromBytes', { seed: 7 }), played('small', 22050, { seed: 7 }));
    });

    test('falls silent and reports it when its processor fails', async () => {
      const { error, level, answer } = await run('failure');
      assert.match(error, /^processor-error: /);
      assert.equal(level, 0);
      assert.equal(answer, error);
    });

    test('logs no errors but the one for the missing file', () => {
      assert.deepEqual(
        page.errors.filter((text) => !/404|nowhere\.js/.test(text)),
        [],
      );
    });
  });

  describe(`a GeneratorNode in an adverse page in ${name}`, () => {
    let browser;
    /** Calls a function of generator-in-page.js in a page with that policy. */
    const runUnder = async (policy, task, ...args) => {
      const server = await serve({ policy });
      const page = await browser.open();
      await page.goto(`${server.url}/tests/browser/blank.html`);
      const result = await call(page, task, args);
      await server.close();
      return result;
    };

    before(async () => (browser = await openBrowser(name)));
    after(() => browser?.close());

    test('plays with the documented directives', async () => {
      const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";
      assert.equal(await runUnder(policy, 'rendered', { seed: 7 }), played('small', 22050, { seed: 7 }));
    });

    test('says what to allow if WebAssembly is refused', async () => {
      const said = await runUnder("default-src 'none'; script-src 'self'; connect-src 'self'", 'refusedByPolicy');
      assert.match(
        said,
        /^unsupported: WebAssembly is refused .*'wasm-unsafe-eval' in script-src, which Chrome or Edge 97/,
      );
    });

    test('names the browser versions that are needed if there is no SIMD', async () => {
      assert.match(await runUnder('', 'withoutSimd'), /^unsupported: WebAssembly with SIMD is missing; .* Firefox 89,/);
    });
  });
}
