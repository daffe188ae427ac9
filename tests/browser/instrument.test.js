// The page of examples/instrument, played in real browsers; its sound is judged by its recordings.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Magnet, readWav } from '../../js/index.js';
import { serve } from '../../scripts/serve.js';
import { browserNames, openBrowser } from './harness.js';
import { centroid, flux, framesOf, largestJolt, largestStep, likeness, meanFrame, rms, sine, wav } from './sounds.js';

const pictures = fileURLToPath(new URL('../../out/', import.meta.url));

/**
 * Maximum ratio of the largest step of a sound during a change to that of the steady sound before and after. Both are
 * maxima of some 10,000 samples and vary by a fifth from take to take; while two sounds crossfade, both are heard, with
 * amplitudes that sum to one. A knob that jumps, or a node that is replaced without a fade, gives 3 to 11 in the third
 * difference.
 */
const clickFactor = 2;

for (const name of browserNames) {
  describe(`the instrument in ${name}`, () => {
    let server, browser, page, folder;

    const turn = (knob, value) => page.fill(`#${knob}`, value);
    const inFolder = async (fileName, bytes) => {
      const path = join(folder, fileName);
      await writeFile(path, bytes);
      return path;
    };

    /** What was heard during `act` and for that many milliseconds after it. */
    const take = async (milliseconds, act = () => {}) => {
      await page.click('#record');
      await page.shows('#play .message', /^Recording/);
      await act();
      await sleep(milliseconds);
      await page.click('#record');
      await page.shows('#play .message', /^Recorded \d/);
      const bytes = await page.evaluate(async () => {
        const file = await fetch(document.querySelector('#save-recording').href);
        return btoa(Array.from(new Uint8Array(await file.arrayBuffer()), (byte) => String.fromCharCode(byte)).join(''));
      });
      const { samples } = await readWav(Buffer.from(bytes, 'base64'));
      return samples;
    };

    /** Recordings before and after one or more controls are moved in turn; no move may click. */
    const moved = async (...moves) => {
      const first = await take(200);
      const between = [];
      for (const move of moves) between.push(await take(200, move));
      const last = await take(200);
      for (const [i, sound] of between.entries()) {
        for (const measure of [largestStep, largestJolt]) {
          const [found, steady] = [measure(sound), Math.max(measure(first), measure(last))];
          const ratio = found / steady;
          assert.ok(ratio < clickFactor, `move ${i}: a ${measure.name} of ${found}; the steady sound has ${steady}`);
        }
        assert.ok(rms(sound) > 1e-3, `move ${i}: rms ${rms(sound)}`);
      }
      assert.ok(rms(last) > 1e-3, `rms ${rms(last)}`);
      return [first, last];
    };

    const fluxOf = async (samples) => flux(await framesOf(samples));
    const centroidOf = async (samples) => centroid(meanFrame(await framesOf(samples)));

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'lodestone-instrument-'));
      server = await serve();
      browser = await openBrowser(name);
      page = await browser.open();
      await page.look({ width: 1200, scheme: 'light' });
      await page.goto(`${server.url}/examples/instrument/`);
    });

    after(async () => {
      await browser?.close();
      await server?.close();
      await rm(folder, { recursive: true, force: true });
    });

    test('loads the bundled model and shows what it has learned', async () => {
      await page.shows('#model .message', /^“responsive” is loaded: frames of 512 samples every 128 at 44,100 Hz/);
      const colours = await page.evaluate(() => {
        const canvas = document.querySelector('#play canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        return new Set(new Uint32Array(data.buffer)).size;
      });
      assert.ok(colours > 100, `a spectrogram has many colours, this picture has ${colours}`);
    });

    test('plays: sound, meters, a picture that moves', async () => {
      await page.click('#start');
      await page.shows('#start', /^Stop$/);
      const samples = await take(500);
      assert.ok(rms(samples) > 1e-3, `rms ${rms(samples)}`);
      await page.shows('#meter-cpu', /^\d+\.\d %$/);
      await page.shows('#meter-latency', /^\d+\.\d to \d+\.\d ms$/);
    });

    test('gain', async () => {
      const [loud, soft] = await moved(() => turn('gain', 0.5));
      const ratio = rms(soft) / rms(loud);
      assert.ok(ratio > 0.4 && ratio < 0.6, `half the gain gives ${ratio}`);
      await turn('gain', 1);
    });

    test('pitch', async () => {
      const [low, high] = await moved(() => turn('pitch', 12));
      const ratio = (await centroidOf(high)) / (await centroidOf(low));
      assert.ok(ratio > 1.4, `an octave up moves the centre of the spectrum by ${ratio}`);
      await turn('pitch', 0);
    });

    test('brightness', async () => {
      const [bright, dull] = await moved(() => turn('brightness', -6));
      const ratio = (await centroidOf(dull)) / (await centroidOf(bright));
      assert.ok(ratio < 0.9, `6 dB less per octave move the middle of the spectrum by ${ratio}`);
      await turn('brightness', 0);
    });

    test('randomness, and smoothing against it', async () => {
      const [calm, restless] = await moved(() => turn('randomness', 1));
      const [before, now] = [await fluxOf(calm), await fluxOf(restless)];
      assert.ok(now > before * 1.2, `the flux is ${now}, before it was ${before}`);
      const [, smooth] = await moved(() => turn('smoothing', 0.9));
      const smoothed = await fluxOf(smooth);
      assert.ok(smoothed < now / 1.2, `the flux is ${smoothed}, before it was ${now}`);
      await turn('smoothing', 0);
      await turn('randomness', 0);
    });

    test('temperature', async () => {
      const cold = await take(200);
      await turn('temperature', 2); // its steps cannot be judged: the maximum of log-normal noise varies without limit
      const hot = await take(200);
      const [before, now] = [await fluxOf(cold), await fluxOf(hot)];
      assert.ok(now > before * 1.2, `the flux is ${now}, before it was ${before}`);
      await turn('temperature', 0);
    });

    describe('with pull 1 on the slowed training sound', () => {
      const [here, there] = [0.2, 0.6]; // two chords
      let spectra;

      /** Fails unless what is heard after `act` is the chord at the position `is` rather than the other one. */
      const plays = async (is, act) => {
        await act();
        const spectrum = meanFrame(await framesOf(await take(200)));
        const isNot = is === here ? there : here;
        const [right, wrong] = [is, isNot].map((position) => likeness(spectrum, spectra.get(position)));
        assert.ok(right > 0.85 && right > wrong + 0.05, `likeness ${right} to position ${is}, ${wrong} to ${isNot}`);
      };

      before(async () => {
        await turn('pull', 1);
        await turn('speed', 0.1);
        const model = await Magnet.load(
          await readFile(new URL('../../examples/models/responsive.safetensors', import.meta.url)),
        );
        const { data, frames, bins } = await model.trainingFrames();
        const spectrumAt = (position) => {
          const first = Math.round(position * frames);
          const frameAt = (_, i) => data.subarray((first + i) * bins, (first + i + 1) * bins);
          return [position, meanFrame(Array.from({ length: 40 }, frameAt))];
        };
        spectra = new Map([here, there].map(spectrumAt));
      });
      after(async () => {
        await turn('pull', 0);
        await turn('speed', 1);
      });

      test('the position is set by the knob, the computer keyboard or the keys on the screen', async () => {
        await plays(there, () => turn('position', there));
        await plays(here, () => page.press('3'));
        await plays(there, () => page.click('#positions button:nth-child(7)'));
      });

      test('speed 0 freezes the sound, which keeps sounding', async () => {
        const twoSounds = async () => {
          await page.press('3');
          const first = await take(200);
          await sleep(1200);
          return Promise.all([first, await take(200)].map(async (sound) => meanFrame(await framesOf(sound))));
        };
        await turn('speed', 1);
        const moving = likeness(...(await twoSounds()));
        await turn('speed', 0);
        const frozen = likeness(...(await twoSounds()));
        assert.ok(moving < 0.97 && frozen > 0.99, `a second later: likeness ${moving}, frozen ${frozen}`);
        await turn('speed', 0.1);
      });

      test('the position is set by the pointer and by keys in the picture', async () => {
        const { left, top, width } = await page.evaluate(() => {
          const { left, top, width } = document.querySelector('#pad').getBoundingClientRect();
          return { left, top, width };
        });
        const { mouse } = page.page;
        const shown = () => page.evaluate(() => Number(document.querySelector('#pad').getAttribute('aria-valuenow')));
        const press = async (position) => {
          await mouse.move(left + position * width, top + 20);
          await mouse.down();
        };
        await plays(here, async () => {
          await press(here);
          await mouse.up();
        });
        await plays(there, async () => {
          await press(here);
          await mouse.move(left + there * width, top + 20);
          await mouse.up();
        });
        assert.ok(Math.abs((await shown()) - there) < 0.005, `the picture shows ${await shown()}`);
        assert.equal(await page.value('#position'), String(await shown()));
        await page.focus('#pad');
        await plays(here, async () => {
          for (let i = 0; i < 4; ++i) await page.press('PageDown');
          await page.press('Enter');
        });
      });

      test('notes are played by the computer keyboard, the keys on the screen and a MIDI keyboard', async () => {
        const centroidAfter = async (act) => {
          await act();
          return centroidOf(await take(200));
        };
        const low = await centroidAfter(() => page.press('a'));
        const higher = async (ratio, act) => {
          const found = (await centroidAfter(act)) / low;
          assert.ok(found > ratio, `the centre of the spectrum is at ${found} of what it was`);
        };
        await higher(1.3, () => page.press('k'));
        await page.click('#piano button');
        await higher(1.3, () => page.click('#piano button:nth-child(13)'));
        await page.click('#octave-down');
        await page.press('a');
        assert.equal(await page.text('#octave'), 'an octave down');
        await higher(0.9, () => page.press('k'));
        await page.click('#octave-up');
        await page.evaluate(() => {
          const access = new EventTarget();
          access.inputs = new Map([['1', (window.midiInput = { name: 'Keys' })]]);
          navigator.requestMIDIAccess = async () => access;
          document.querySelector('#midi').hidden = false;
        });
        await page.click('#midi');
        await page.shows('#play .message', /^Listening to Keys\.$/);
        const send = (...data) => page.evaluate((data) => window.midiInput.onmidimessage({ data }), data);
        await higher(1.3, () => send(0x90, 72, 100));
        await send(0xb0, 1, 127);
        assert.equal(await page.value('#position'), '1');
        await page.press('a');
      });

      test('the microphone drives, unprocessed by the browser', async () => {
        await page.evaluate(async (address) => {
          const context = new AudioContext();
          const file = await fetch(address);
          const buffer = await context.decodeAudioData(await file.arrayBuffer());
          const source = new AudioBufferSourceNode(context, { buffer, loop: true });
          const microphone = new MediaStreamAudioDestinationNode(context, { channelCount: 1 });
          source.connect(microphone);
          source.start();
          navigator.mediaDevices.getUserMedia = async (wanted) => {
            window.wanted = wanted;
            return microphone.stream;
          };
        }, `${server.url}/examples/sounds/drums.wav`);
        await page.click('#microphone');
        await page.shows('#play .message', /^The microphone is on\./);
        const { audio } = await page.evaluate(() => window.wanted);
        assert.deepEqual(audio, { echoCancellation: false, noiseSuppression: false, autoGainControl: false });
        await turn('pull', 0);
        await turn('speed', 1);
        const alone = await take(600);
        await turn('drive', 1);
        const driven = await take(600);
        const spectra = await Promise.all([alone, driven].map(async (sound) => meanFrame(await framesOf(sound))));
        assert.ok(rms(driven) > 1e-4, `rms ${rms(driven)}`);
        assert.ok(likeness(...spectra) < 0.98, `the likeness to the sound without it is ${likeness(...spectra)}`);
        await turn('drive', 0);
        await page.click('#microphone');
        await page.waitFor(() => document.querySelector('#microphone').getAttribute('aria-pressed') === 'false');
      });

      test('a microphone that the browser blocks gives advice', async () => {
        await page.evaluate(() => {
          navigator.mediaDevices.getUserMedia = async () => {
            throw new DOMException('', 'NotAllowedError');
          };
        });
        await page.click('#microphone');
        await page.shows('#play .error', /Allow it next to the address bar, then try again\.$/);
      });
    });

    test('settings change without a click', async () => {
      const settings = { mode: 'stateful', phase: 'light', lookAhead: 2, spread: 'no', engine: 'worker', seed: 5 };
      const changes = Object.entries(settings).map(
        ([setting, value]) =>
          () =>
            page.fill(`#settings [name=${setting}]`, value),
      );
      await moved(...changes);
      assert.equal(await page.text('#shape .error'), '');
    });

    test('a seed out of range gives advice and leaves the sound on', async () => {
      await page.fill('#settings [name=seed]', -1);
      await page.shows('#shape .error', /^Seed is -1; allowed: whole numbers from 0 to 4294967295\.$/);
      await page.fill('#settings [name=seed]', 0);
      await page.fill('#settings [name=engine]', 'worklet');
      await page.waitFor(() => document.querySelector('#shape .error').textContent === '');
      assert.ok(rms(await take(200)) > 1e-3);
    });

    test('another model takes over while it plays', async () => {
      const sound = await take(400, async () => {
        await page.click('[value=quality]');
        await page.shows('#model .message', /^“quality” is loaded: frames of 2048 samples every 512/);
      });
      const piano = await readWav(await readFile(new URL('../../examples/sounds/piano.wav', import.meta.url)));
      const [found, played] = [sound, piano.samples].map(largestStep); // it begins with an attack
      assert.ok(found < clickFactor * played, `a step of ${found}; the piano itself has ${played}`);
      assert.ok(rms(sound) > 1e-3, `rms ${rms(sound)}`);
    });

    test('learns a sound and plays it; stopped during training, it plays what was learned', async () => {
      await page.click('#learn summary');
      await page.upload('#sound-file', await inFolder('tone.wav', wav(sine(2, 22050), 22050)));
      await page.waitFor(() => document.querySelector('#sound').value === 'own');
      await page.fill('#epochs', 3);
      await page.click('#train');
      await page.shows('#model .message', /^Done after 3 epochs\. The loss is \d/, 60000);
      assert.match(await page.evaluate(() => document.querySelector('#play canvas').ariaLabel), /tone.* 2\.0 seconds$/);
      await page.fill('#epochs', 100000);
      await page.click('#train');
      await page.shows('#model .message', /^Playing the model learned so far\.$/, 60000);
      await page.shows('#model .progress p', /^Epoch [1-9]\d* of 100000 · loss [\d.e+-]+ · .* left$/, 60000);
      assert.ok(rms(await take(2500)) > 1e-3); // a better model comes every two seconds
      await page.click('#stop-training');
      await page.shows('#model .message', /^Stopped after \d+ epochs?\. The loss is/);
    });

    test('files that are neither a model nor a sound give advice', async () => {
      await page.upload('#model-file', await inFolder('damaged.safetensors', 'no model at all'));
      await page.shows('#model .error', /^“damaged\.safetensors” is not a model that Lodestone can play: .*\.$/);
      await page.upload('#sound-file', await inFolder('notes.txt', 'no sound at all'));
      await page.shows('#model .error', /^This browser cannot read “notes\.txt” as a sound\. Choose a WAV/);
    });

    test('can be played by keyboard alone, and every control has a name', async () => {
      const unnamed = await page.evaluate(() =>
        [...document.querySelectorAll('input, select, button, a, canvas, progress, [role]')]
          .filter((control) => !control.closest('[hidden], [role=status], [role=alert]'))
          .filter((control) => !control.labels?.length && !control.ariaLabel && !control.textContent.trim())
          .map((control) => control.outerHTML),
      );
      assert.deepEqual(unnamed, []);
      await page.focus('[name=bundled]');
      const reached = [];
      const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.name);
      const tabTo = async (id) => {
        for (let i = 0; i < 50 && reached.at(-1) !== id; ++i) {
          await page.press('Tab');
          reached.push((await focused()) || (await page.evaluate(() => document.activeElement.parentElement.id)));
        }
        assert.equal(reached.at(-1), id);
      };
      for (const id of ['model-file', 'sound', 'preset', 'epochs', 'train', 'sound-file', 'save-model', 'start']) {
        await tabTo(id);
      }
      await page.press('Enter');
      await page.shows('#start', /^Play$/);
      await page.press('Enter');
      await page.shows('#start', /^Stop$/);
      await tabTo('record');
      await page.press(' ');
      await page.shows('#play .message', /^Recording/);
      await page.press(' ');
      await page.shows('#play .message', /^Recorded/);
      await tabTo('pad');
      await page.press('Home');
      await page.press('ArrowRight');
      assert.equal(await page.value('#position'), '0.01');
      await tabTo('positions');
      await page.press('ArrowRight');
      await page.press('Enter');
      assert.equal(await page.value('#position'), '0.1');
      await tabTo('piano');
      for (const id of ['octave-down', 'octave-up', 'computer-keys', 'gain', 'drive', 'mode', 'engine', 'seed']) {
        await tabTo(id);
      }
    });

    test('letters typed into a field play nothing, nor does a keyboard that is switched off', async () => {
      const pressed = () => page.evaluate(() => document.querySelectorAll('.keys .down').length);
      const holding = async (key) => {
        await page.page.keyboard.down(key);
        const count = await pressed();
        await page.page.keyboard.up(key);
        return count;
      };
      await page.focus('[name=seed]');
      assert.equal(await holding('a'), 0);
      await page.focus('#gain');
      assert.equal(await holding('a'), 1);
      await page.click('#computer-keys');
      assert.equal(await holding('a'), 0);
      await page.click('#computer-keys');
    });

    test("fits a phone's width, in every colour scheme", async () => {
      await mkdir(pictures, { recursive: true });
      const looks = page.schemes.flatMap((scheme) => [1200, 360].map((width) => ({ scheme, width })));
      for (const { scheme, width } of looks) {
        await page.look({ width, scheme });
        await page.waitFor((width) => document.querySelector('#play canvas').width <= width, { argument: width });
        const widest = await page.evaluate(() =>
          Math.max(
            document.documentElement.scrollWidth,
            ...[...document.querySelectorAll('main *')].map((element) => element.getBoundingClientRect().right),
          ),
        );
        assert.ok(widest <= width, `content is ${widest} wide at ${width}`);
        await page.screenshot(join(pictures, `instrument-${name}-${scheme}-${width}.png`));
      }
    });

    test('logs no errors', () => assert.deepEqual(page.errors, []));
  });
}
