// The page of examples/minimal as a visitor uses it, in real browsers.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { serve } from '../../scripts/serve.js';
import { browserNames, openBrowser } from './harness.js';
import { noise, rms, sine, wav } from './sounds.js';

const pictures = fileURLToPath(new URL('../../out/', import.meta.url));

/** The samples of a mono 16-bit WAV file, whose header is checked. */
function samplesOf(bytes) {
  assert.equal(bytes.toString('latin1', 0, 4), 'RIFF');
  assert.equal(bytes.readUInt32LE(4), bytes.length - 8);
  assert.equal(bytes.toString('latin1', 8, 16), 'WAVEfmt ');
  const format = { encoding: bytes.readUInt16LE(20), channels: bytes.readUInt16LE(22), bits: bytes.readUInt16LE(34) };
  assert.deepEqual(format, { encoding: 1, channels: 1, bits: 16 });
  const data = bytes.indexOf('data');
  assert.equal(bytes.readUInt32LE(data + 4), bytes.length - data - 8);
  const samples = new Float32Array((bytes.length - data - 8) / 2);
  return samples.map((_, i) => bytes.readInt16LE(data + 8 + i * 2) / 32768);
}

/**
 * Runs in the page: `swapped` becomes the epochs of the models that a node has changed to, `levels` the levels of the
 * first seconds that a node plays, in blocks of 50 ms.
 */
async function observeDreams() {
  const { GeneratorNode } = await import('/js/index.js');
  const { connect } = AudioNode.prototype;
  const { swapModel } = GeneratorNode.prototype;
  window.swapped = [];
  GeneratorNode.prototype.swapModel = async function (model) {
    await swapModel.call(this, model);
    window.swapped.push(model.losses.length);
  };
  let listened, newest; // a node of an earlier training may still be connected, and is disposed soon
  window.levels = new Promise((resolve) => (listened = resolve));
  const blockOf = (samples, i, size) => samples.subarray(i * size, (i + 1) * size);
  const level = (block) => Math.sqrt(block.reduce((sum, sample) => sum + sample * sample, 0) / block.length);
  AudioNode.prototype.connect = function (target) {
    if (!(this.port && target instanceof AudioDestinationNode)) return connect.apply(this, arguments);
    const { context } = this;
    return context.audioWorklet.addModule('/tests/browser/capture-processor.js').then(() => {
      const length = 6 * context.sampleRate;
      const recorder = new AudioWorkletNode(context, 'capture', { processorOptions: { length } });
      newest = recorder;
      connect.call(this, recorder);
      connect.call(recorder, target);
      recorder.port.onmessage = ({ data }) => {
        recorder.port.onmessage = null;
        recorder.disconnect(); // or Chromium would go on calling it
        if (recorder !== newest) return;
        AudioNode.prototype.connect = connect;
        this.disconnect(recorder);
        this.connect(target);
        const size = context.sampleRate / 20;
        listened(Array.from({ length: length / size }, (_, i) => level(blockOf(data, i, size))));
      };
    });
  };
}

for (const name of browserNames) {
  describe(`the page in ${name}`, () => {
    let server, browser, page, folder;

    const file = async (fileName, bytes) => {
      const path = join(folder, fileName);
      await writeFile(path, bytes);
      return path;
    };
    const smallSettings = async (epochs) => {
      await page.fill('#epochs', epochs);
      await page.fill('#layers', '16');
    };

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'lodestone-page-'));
      server = await serve();
      browser = await openBrowser(name);
      page = await browser.open();
      await page.look({ width: 1200, scheme: 'light' });
      await page.goto(`${server.url}/examples/minimal/`);
    });

    after(async () => {
      await browser?.close();
      await server?.close();
      await rm(folder, { recursive: true, force: true });
    });

    test('shows a bundled sound, initially and when chosen', async () => {
      await page.shows('#sound .description', /piano\.wav · 9\.0 s · 44,100 Hz/);
      await page.click('[value=drums]');
      await page.shows('#sound .description', /drums\.wav · 9\.0 s/);
      const colours = await page.evaluate(() => {
        const canvas = document.querySelector('#sound canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return new Set(new Uint32Array(data.buffer)).size;
      });
      assert.ok(colours > 100, `a spectrogram has many colours, this picture has ${colours}`);
    });

    test('decodes a file at its own rate', async () => {
      await smallSettings(2); // a file is learned at once
      await page.upload('#sound-file', await file('tone.wav', wav(sine(4, 22050), 22050)));
      await page.shows('#sound .description', /tone\.wav · 4\.0 s · 22,050 Hz/);
      await page.shows('#training .message', /^Done after 2 epochs/);
      assert.equal(await page.evaluate(() => document.querySelectorAll('[name=bundled]:checked').length), 0);
    });

    test('a bundled sound that loads slowly does not replace a file chosen after it', async () => {
      await page.evaluate(() => {
        const { fetch } = window;
        window.fetch = async (address) => {
          window.fetch = fetch;
          const response = await fetch(address);
          await new Promise((resolve) => (window.letGo = resolve));
          return response;
        };
      });
      await page.click('[value=strings]');
      await page.waitFor(() => Boolean(window.letGo));
      await page.upload('#sound-file', await file('mine.wav', wav(sine(1, 8000), 8000)));
      await page.shows('#sound .description', /mine\.wav/);
      await page.evaluate(() => {
        window.letGo();
        return new Promise((resolve) => setTimeout(resolve, 1000)); // decoding takes some 100 ms
      });
      assert.match(await page.text('#sound .description'), /mine\.wav/);
      assert.equal(await page.evaluate(() => document.querySelectorAll('[name=bundled]:checked').length), 0);
    });

    test('accepts a dropped file', async () => {
      await page.evaluate(
        (bytes) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([new Uint8Array(bytes)], 'dropped.wav'));
          document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
        },
        [...wav(sine(1, 8000), 8000)],
      );
      await page.shows('#sound .description', /dropped\.wav · 1\.0 s · 8,000 Hz/);
    });

    test('says what to do about files that are not sounds, too short sounds, and settings out of range', async () => {
      await page.upload('#sound-file', await file('notes.txt', 'no sound at all'));
      await page.shows('#sound .error', /^This browser cannot read “notes\.txt” as a sound\. Choose a WAV/);
      await page.upload('#sound-file', await file('empty.wav', ''));
      await page.shows('#sound .error', /^This browser cannot read “empty\.wav” as a sound/);
      await page.upload('#sound-file', await file('short.wav', wav(sine(0.3, 44100), 44100)));
      await page.shows('#sound .description', /short\.wav/);
      assert.equal(await page.text('#sound .error'), '');
      await page.shows('#training .error', /^The sound is too short: .* needs \d+ frames \(1\.5 s\)\.$/);
      await page.click('[value=piano]');
      await page.shows('#sound .description', /piano\.wav/);
      await page.fill('#layers', '0');
      await page.click('#train');
      await page.shows('#training .error', /layer.*4096/i);
    });

    test('trains with a falling loss, started by the Enter key', async () => {
      await smallSettings(3);
      await page.focus('#epochs');
      await page.press('Enter');
      await page.shows('#training .message', /^Done after 3 epochs\. The loss is \d/, 60000);
      const label = await page.evaluate(() => document.querySelector('#training canvas').getAttribute('aria-label'));
      const [, last, first] = label.match(/^Loss after 3 epochs: ([\d.e+-]+), ([\d.e+-]+) at first$/);
      assert.ok(Number(last) < Number(first), label);
      assert.equal(await page.text('#training .error'), '');
    });

    test('pauses a training, tries its model, and resumes it', async () => {
      await page.fill('#epochs', 5000);
      await page.click('#train');
      await page.shows('#training .progress p', /^Epoch [1-9]/, 60000);
      await page.click('#pause-training');
      await page.shows('#pause-training', /^Continue$/);
      await sleep(500);
      const rests = await page.text('#training .progress p');
      await page.evaluate(() => (document.querySelector('#save-model').hidden = true));
      await page.click('#try-model');
      await page.waitFor(() => !document.querySelector('#save-model').hidden);
      assert.equal(await page.text('#training .progress p'), rests);
      await page.click('#pause-training');
      await page.waitFor((rests) => document.querySelector('#training .progress p').textContent !== rests, {
        argument: rests,
      });
      await page.click('#stop-training');
      await page.shows('#training .message', /^Stopped after \d+ epochs?/);
      assert.ok(await page.evaluate(() => document.querySelector('#try-model').hidden));
    });

    test('stops during training and keeps what was learned', async () => {
      await page.fill('#epochs', 5000);
      await page.click('#train');
      await page.shows('#training .progress p', /^Epoch [1-9]\d* of 5000 · loss [\d.e+-]+ · .* left$/, 60000);
      await page.click('#stop-training');
      const message = await page.shows('#training .message', /^Stopped after \d+ epochs?\. The loss is/);
      assert.ok(Number(message.match(/\d+/)[0]) >= 1, message);
      await page.waitFor(() => !document.querySelector('#generate').disabled);
    });

    test('resumes a training that was unfinished when the page was left', async () => {
      const keptStep = () =>
        page.evaluate(async () => (await (await import('/js/index.js')).Magnet.checkpoints())[0]?.step ?? 0);
      while ((await keptStep()) === 0) await sleep(50); // saved after it was stopped
      await page.goto(`${server.url}/examples/minimal/`);
      const offer = await page.shows(
        '#interrupted span',
        /^Training on “piano” was interrupted at epoch \d+ of 5000\.$/,
      );
      await page.click('#go-on');
      const line = await page.shows('#training .progress p', /^Epoch \d+ of 5000/, 60000);
      const [before, now] = [offer, line].map((text) => Number(text.match(/epoch (\d+)/i)[1]));
      assert.ok(now >= before && before > 0, `${offer} ${line}`);
      await page.click('#stop-training');
      await page.shows('#training .message', /^Stopped after \d+ epochs?/);
      await page.goto(`${server.url}/examples/minimal/`);
      await page.waitFor(() => !document.querySelector('#interrupted').hidden);
      await page.click('#forget');
      await page.waitFor(() => document.querySelector('#interrupted').hidden);
      assert.equal(await keptStep(), 0);
      await smallSettings(2);
      await page.click('#train');
      await page.shows('#training .message', /^Done after 2 epochs/, 60000);
      assert.equal(await keptStep(), 0);
    });

    test('plays a model that has learned while the training goes on, then each better one, without a break', async () => {
      await page.evaluate(observeDreams);
      await page.fill('#epochs', 100000);
      await page.fill('#layers', '64');
      await page.upload('#sound-file', await file('hiss.wav', wav(noise(4, 44100), 44100)));
      await page.shows('#training .description', /^hiss after [1-9]\d{2,} epochs$/, 60000);
      await page.shows('#play-dream', /^Stop$/);
      assert.match(await page.text('#training .progress p'), /^Epoch \d+ of 100000/);
      await page.waitFor(() => window.swapped.length >= 2);
      await page.click('#stop-training');
      const message = await page.shows('#training .message', /^Stopped after \d+ epochs/);
      const argument = Number(message.match(/\d+/)[0]);
      await page.waitFor((last) => window.swapped.at(-1) === last, { argument });
      const { swapped, levels } = await page.evaluate(async () => ({ swapped, levels: await levels }));
      const isBetter = swapped.every((epochs, i) => i === 0 || epochs > swapped[i - 1]);
      assert.ok(isBetter, `models after ${swapped} epochs`);
      const beginning = levels.findIndex((level) => level > 1e-3);
      const rest = levels.slice(beginning);
      assert.ok(rest.length > 100 && Math.min(...rest) > 1e-3, `levels ${levels}`);
    });

    test('a file that is dropped during a training is learned instead', async () => {
      await page.click('#train');
      await page.shows('#training .progress p', /^Epoch [1-9]/, 60000);
      await smallSettings(3);
      await page.upload('#sound-file', await file('next.wav', wav(sine(4, 22050), 22050)));
      await page.shows('#training .message', /^Done after 3 epochs/, 60000);
      assert.equal(await page.text('#training .description'), 'next after 3 epochs');
    });

    test('plays the model at the end, stops and plays it', async () => {
      for (const shown of [/^Stop$/, /^Play$/, /^Stop$/]) {
        await page.shows('#play-dream', shown);
        await page.click('#play-dream');
      }
    });

    test('after a training that failed or was cancelled, the model before it plays and another training begins', async () => {
      await page.upload('#sound-file', await file('short.wav', wav(sine(0.3, 44100), 44100)));
      await page.shows('#training .error', /^The sound is too short/);
      await page.click('[value=piano]');
      await page.shows('#sound .description', /piano\.wav/);
      await page.evaluate(() => {
        document.querySelector('#training form').requestSubmit();
        document.querySelector('#stop-training').click();
      });
      await page.shows('#training .error', /^Stopped before there was a result\.$/);
      await page.click('#play-dream');
      await page.shows('#play-dream', /^Stop$/);
      await page.click('#train');
      await page.shows('#training .message', /^Done after 3 epochs/, 60000);
      assert.equal(await page.text('#training .error'), '');
      assert.equal(await page.text('#training .description'), 'piano after 3 epochs');
    });

    test('generates sound that is not silence and depends on the seed', async () => {
      const sounds = [];
      for (const seed of [7, 8]) {
        await page.fill('#seconds', 1);
        await page.fill('#seed', seed);
        await page.fill('#randomness', 0.1);
        await page.fill('#phase', 'fast');
        await page.click('#generate');
        await page.shows('#generation .description', new RegExp(`^piano, seed ${seed} · 1 s`), 60000);
        await page.shows('#generation .message', /^Generated in [\d.]+ s\./);
        const { name: fileName, bytes } = await page.download('#save-sound');
        assert.equal(fileName, `piano-seed-${seed}.wav`);
        const samples = samplesOf(bytes);
        assert.equal(samples.length, 44100);
        assert.ok(rms(samples) > 1e-3, `rms ${rms(samples)}`);
        sounds.push(samples);
      }
      assert.notDeepEqual(sounds[0], sounds[1]);
    });

    test('stops during generation', async () => {
      await page.fill('#seconds', 600);
      await page.click('#generate');
      await page.shows('#generation .progress p', /^\d+ %$/);
      await page.click('#stop-generating');
      await page.shows('#generation .error', /^Stopped before there was a result\.$/);
      await page.fill('#seconds', 1);
    });

    test('plays and stops', async () => {
      const button = '#play-result';
      await page.click(button);
      await page.waitFor(() => !document.querySelector('#generation .playhead').hidden);
      assert.equal(await page.text(button), 'Stop');
      await page.shows(button, /Play/, 5000); // by itself, after the second
      await page.click('#play-sound');
      await page.shows('#play-sound', /Stop/);
      await page.click('#play-sound');
      await page.shows('#play-sound', /Play/);
    });

    test('saves a model and loads it again; refuses a damaged one', async () => {
      const { name: fileName, bytes } = await page.download('#save-model');
      assert.equal(fileName, 'piano.safetensors');
      const header = JSON.parse(bytes.toString('utf8', 8, 8 + Number(bytes.readBigUInt64LE())));
      assert.deepEqual(header['lstm.weight_hh_l0'].shape, [64, 16]);
      assert.equal(JSON.parse(header.__metadata__.lodestone).format_version, 1);
      await page.upload('#model-file', await file('kept.safetensors', bytes));
      await page.shows('#training .message', /^“kept\.safetensors” is loaded: \d+ epochs? of training\.$/);
      await page.upload('#model-file', await file('damaged.safetensors', bytes.subarray(0, bytes.length / 2)));
      await page.shows('#training .error', /^“damaged\.safetensors” is not a model that Lodestone can play: .*\.$/);
    });

    test('a model that is loaded during generation neither unlocks the settings nor names the sound', async () => {
      const { bytes } = await page.download('#save-model');
      await page.fill('#seconds', 60);
      await page.fill('#seed', 9);
      await page.click('#generate');
      await page.shows('#generation .progress p', /^\d+ %$/);
      await page.upload('#model-file', await file('other.safetensors', bytes));
      await page.shows('#training .message', /^“other\.safetensors” is loaded/);
      assert.ok(await page.evaluate(() => document.querySelector('#generation .settings').disabled));
      await page.shows('#generation .description', /, seed 9 · 60 s/, 60000);
      assert.match(await page.text('#generation .description'), /^kept, seed 9/);
      assert.ok(await page.evaluate(() => !document.querySelector('#generation .settings').disabled));
      await page.fill('#seconds', 1);
    });

    test('can be used by keyboard, and every control has a name', async () => {
      const unnamed = await page.evaluate(() =>
        [...document.querySelectorAll('input, select, button, a, canvas, progress')]
          .filter((control) => !control.labels?.length && !control.ariaLabel && !control.textContent.trim())
          .map((control) => control.outerHTML),
      );
      assert.deepEqual(unnamed, []);
      await page.evaluate(() => {
        document.querySelector('details').open = true;
      });
      await page.focus('[name=bundled]');
      const reached = new Set(['bundled']);
      for (let i = 0; i < 40; ++i) {
        await page.press('Tab');
        reached.add(await page.evaluate(() => document.activeElement.id || document.activeElement.name));
      }
      const controls = [
        'bundled',
        'sound-file',
        'play-sound',
        'epochs',
        'layers',
        'scale',
        'train',
        'model-file',
        'save-model',
        'play-model',
        'play-dream',
        'seconds',
      ];
      controls.push('seed', 'position', 'randomness', 'mode', 'phase', 'generate', 'save-sound', 'play-result');
      assert.deepEqual(
        controls.filter((id) => !reached.has(id)),
        [],
      );
    });

    test("fits a phone's width, in every colour scheme", async () => {
      await mkdir(pictures, { recursive: true });
      const looks = page.schemes.flatMap((scheme) => [1200, 375].map((width) => ({ scheme, width })));
      for (const { scheme, width } of looks) {
        await page.look({ width, scheme });
        await page.waitFor((width) => document.querySelector('#sound canvas').width <= width, { argument: width });
        const { content, buttons } = await page.evaluate(() => ({
          content: document.documentElement.scrollWidth,
          buttons: [...document.querySelectorAll('button:not([hidden])')].map(
            (button) => button.getBoundingClientRect().right,
          ),
        }));
        assert.ok(content <= width && Math.max(...buttons) <= width, `content is ${content} wide at ${width}`);
        await page.screenshot(join(pictures, `page-${name}-${scheme}-${width}.png`));
      }
    });

    test('passes the model to the instrument page', async () => {
      await page.click('#play-model');
      await page.shows(
        '#model .message',
        /^“other” is loaded: frames of 2048 samples every 512 at 44,100 Hz, 16 units, /,
      );
      assert.match(await page.evaluate(() => document.querySelector('#play canvas').ariaLabel), /, 9\.0 seconds$/);
    });

    test('logs no errors', () => assert.deepEqual(page.errors, []));
  });
}
