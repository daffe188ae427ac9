// Runs the documentation's code for pages, unchanged except for the number of epochs and seconds. The blocks of a page
// run in order and share their declarations, after the names that every page of the documentation assumes.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { build } from 'esbuild';
import { serve } from '../../scripts/serve.js';
import { blocks, shortened } from '../docs/blocks.js';
import { browserNames, openBrowser } from './harness.js';
import { publish, writeModels } from './models.js';

const own = {
  name: 'the package by its address',
  setup({ onResolve }) {
    onResolve({ filter: /^lodestone$/ }, () => ({ path: '/js/index.js', external: true }));
    onResolve({ filter: /^lodestone\/mapping$/ }, () => ({ path: '/js/mapping/index.js', external: true }));
    onResolve({ filter: /^lodestone\/inline$/ }, () => ({ path: '/dist/inline.js', external: true }));
  },
};

/** What a block declares at its top level. */
function declared(code) {
  const names = [...code.matchAll(/^(?:export )?(?:const|let|function|class) (?:{ ([^}]*) }|(\w+))/gm)];
  return names.flatMap(([, several, one]) =>
    one ? [one] : several.split(', ').map((name) => name.split(': ').at(-1)),
  );
}

/** Writes a block as a module that exports what it declares. */
async function writeBlock({ file, line, code }) {
  const places = { "'examples/": "'/examples/", "'models/": "'/tests/vectors/import/", "'/static/": "'/dist/" };
  const runnable = Object.entries(places).reduce((text, [from, to]) => text.replaceAll(from, to), shortened(code));
  const contents = `${runnable}Object.assign(globalThis, { ${declared(code)} });\n`;
  const name = `docs/${file.replaceAll(/\W/g, '-')}-${line}.js`;
  const options = { bundle: true, format: 'esm', target: 'es2022', write: false, logLevel: 'silent', plugins: [own] };
  const { outputFiles } = await build({ stdin: { contents, resolveDir: '.' }, ...options });
  await publish(name, outputFiles[0].contents);
  return `/build/browser/${name}`;
}

/** Runs in the page: what the documentation takes for granted. */
async function takeForGranted() {
  const lodestone = await import('/js/index.js');
  const response = await fetch('/examples/sounds/piano.wav');
  const bytes = new Uint8Array(await response.arrayBuffer());
  const whole = await lodestone.readWav(bytes);
  const sound = { samples: whole.samples.slice(0, 2 * whole.sampleRate), sampleRate: whole.sampleRate };
  const model = await lodestone.Magnet.load('/build/browser/small.safetensors');
  const context = model.createContext();
  const node = await model.createNode(context);
  const audioBuffer = new AudioBuffer({ length: sound.samples.length, sampleRate: sound.sampleRate });
  audioBuffer.copyToChannel(sound.samples, 0);
  const wav = await lodestone.wavBytes(sound.samples, sound.sampleRate);
  const file = new File([wav], 'sound.wav');
  const button = document.body.appendChild(document.createElement('button'));
  const canvas = document.body.appendChild(document.createElement('canvas'));
  const { stream } = new MediaStreamAudioDestinationNode(context);
  const film = document.createElement('canvas');
  film.getContext('2d');
  film
    .captureStream()
    .getTracks()
    .forEach((track) => stream.addTrack(track));
  Object.assign(globalThis, lodestone, { sound, model, context, node, audioBuffer, file, button, canvas, stream });
}

const files = new Set(blocks.filter(({ runner }) => runner === 'page').map(({ file }) => file));

before(writeModels);

for (const name of browserNames) {
  describe(`the documentation's code in ${name}`, () => {
    let server, browser;

    before(async () => {
      server = await serve();
      browser = await openBrowser(name);
    });

    after(async () => {
      await browser?.close();
      await server?.close();
    });

    for (const file of files) {
      test(file, async () => {
        const page = await browser.open();
        await page.goto(`${server.url}/tests/browser/blank.html`);
        await page.evaluate(takeForGranted);
        for (const block of blocks.filter((one) => one.file === file && one.runner === 'page')) {
          const address = await writeBlock(block);
          await page
            .evaluate((module) => import(module).then(() => {}), address)
            .catch((error) => {
              throw new Error(`${file}:${block.line}: ${error.message}`);
            });
        }
        assert.deepEqual(page.errors, []);
        await page.evaluate(() => globalThis.context.close());
      });
    }
  });
}
