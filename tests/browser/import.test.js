// Models of PyTorch and TensorFlow.js opened in real pages: the same model files as in Node.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Magnet } from '../../js/index.js';
import { serve } from '../../scripts/serve.js';
import { browserNames, openBrowser } from './harness.js';
import { writeModels } from './models.js';

const vectors = new URL('../vectors/import/', import.meta.url);
const options = { hop: 4, sampleRate: 22050 };
const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');
const inNode = async (path) => hash((await Magnet.load(new URL(path, vectors), options)).toBytes());

/** Runs in the page: hashes of the model files, by how the model was specified. */
async function openAll({ options }) {
  const { Magnet } = await import('/js/index.js');
  const folder = '/tests/vectors/import/';
  const fetched = async (name) => new File([await (await fetch(folder + name)).blob()], name.split('/').at(-1));
  const shards = [1, 2].map((i) => `tfjs/group1-shard${i}of2.bin`);
  const transfer = new DataTransfer();
  for (const name of [...shards, 'tfjs/model.json']) transfer.items.add(await fetched(name));
  const sources = {
    'a relative address': '../vectors/import/tfjs/model.json',
    'an absolute address': new URL(`${folder}tfjs/model.json?version=2`, location.href),
    'an answer': await fetch(`${folder}tfjs/model.json`),
    'a FileList': transfer.files,
    'PyTorch, an address': `${folder}checkpoint.pth`,
    'PyTorch, a file': await fetched('checkpoint.pth'),
  };
  const found = {};
  for (const [name, source] of Object.entries(sources)) {
    const bytes = (await Magnet.load(source, options)).toBytes();
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    found[name] = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
  return found;
}

/** Runs in the page: what it has loaded after opening a Lodestone model, and why other files are refused. */
async function openOwn() {
  const { Magnet } = await import('/js/index.js');
  await Magnet.load('/build/browser/small.safetensors');
  const loaded = performance.getEntriesByType('resource').map(({ name }) => name.split('/').at(-1));
  const refused = async (source) => {
    try {
      await Magnet.load(source);
    } catch ({ name, code, message }) {
      return `${name} ${code} ${message}`;
    }
  };
  return {
    loaded,
    missing: await refused('/tests/vectors/import/none/model.json'),
    foreign: await refused('/README.md'),
    alone: await refused(new File([await (await fetch('/tests/vectors/import/tfjs/model.json')).blob()], 'model.json')),
  };
}

for (const name of browserNames) {
  describe(`imported models in ${name}`, () => {
    let server, browser;

    before(async () => {
      await writeModels();
      server = await serve();
      browser = await openBrowser(name);
    });

    after(async () => {
      await browser?.close();
      await server?.close();
    });

    const open = async () => {
      const page = await browser.open();
      await page.goto(`${server.url}/tests/browser/blank.html`);
      return page;
    };

    test('give the same files as in Node, however they are specified', async () => {
      const page = await open();
      const found = await page.evaluate(openAll, { options });
      const [tensorFlow, pyTorch] = [await inNode('tfjs/model.json'), await inNode('checkpoint.pth')];
      const expected = Object.keys(found).map((key) => [key, key.startsWith('PyTorch') ? pyTorch : tensorFlow]);
      assert.deepEqual(found, Object.fromEntries(expected));
      assert.deepEqual(page.errors, []);
    });

    test('cost nothing in a page that opens none; refusals give a reason', async () => {
      const page = await open();
      const { loaded, missing, foreign, alone } = await page.evaluate(openOwn);
      assert.ok(loaded.includes('load.js'), loaded.join());
      assert.ok(!loaded.includes('import.js') && !loaded.includes('import.wasm'), loaded.join());
      assert.match(missing, /^LodestoneError invalid-data .*cannot be read: the server answered 404/);
      assert.match(foreign, /^LodestoneError invalid-data this is not a model file/);
      assert.match(alone, /^LodestoneError invalid-data model\.json needs the shard group1-shard1of2\.bin/);
    });
  });
}
