// Playing: start and stop, pad, keys, MIDI, microphone, recording.
import { wavBytes } from '../../js/index.js';
import { offer } from '../common/files.js';
import { Part } from '../common/part.js';
import { turnKnob } from './knobs.js';
import { openMicrophone } from '../common/microphone.js';
import { listenToMidi } from './midi.js';
import { Pad } from './pad.js';
import { showPiano, showPositions } from './piano.js';
import { Recording } from './recorder.js';

const octaveNames = { '-2': 'two octaves down', '-1': 'an octave down', 0: 'original pitch', 1: 'an octave up' };

const toggle = (button, on) => button.setAttribute('aria-pressed', on);

export class PlayPart extends Part {
  #instrument;
  #pad;
  #octave = 0;
  #recording = null;
  #microphone = null;

  /** @param {import('./instrument.js').Instrument} instrument */
  constructor(instrument) {
    super('#play');
    this.#instrument = instrument;
    this.#pad = new Pad(this, (position) => this.#playAt(position));
    const listening = () => this.find('#computer-keys').checked;
    showPositions(this.find('#positions'), (position) => this.#playAt(position), listening);
    showPiano(this.find('#piano'), (semitones) => this.#note(semitones), listening);
    const click = (selector, act) =>
      this.find(selector).addEventListener('click', () => this.attempt(() => act.call(this)));
    click('#start', () => (instrument.playing ? this.#stop() : this.#start()));
    click('#record', () => (this.#recording ? this.#endRecording() : this.#beginRecording()));
    click('#microphone', () => (this.#microphone ? this.#closeMicrophone() : this.#openMicrophone()));
    click('#midi', () => this.#openMidi());
    click('#octave-down', () => this.#shift(-1));
    click('#octave-up', () => this.#shift(1));
    this.find('#midi').hidden = !navigator.requestMIDIAccess;
    instrument.addEventListener('error', ({ detail }) => {
      this.fail(detail);
      this.#showPlaying();
    });
  }

  /** @param {import('../../js/index.js').Magnet} model @param {string} name */
  async load(model, name) {
    await this.#pad.show(model, name);
    for (const button of this.root.querySelectorAll('button:disabled')) button.disabled = false;
    await this.attempt(() => this.#instrument.load(model));
  }

  /** Moves the line in the picture. @param {number} position */
  showPosition(position) {
    this.#pad.position = position;
  }

  async #start() {
    await this.#instrument.start();
    this.#showPlaying();
  }

  async #stop() {
    await this.#instrument.stop();
    this.#showPlaying();
  }

  #showPlaying() {
    this.find('#start').textContent = this.#instrument.playing ? 'Stop' : 'Play';
  }

  #playAt(position) {
    turnKnob('position', position);
    this.#trigger(0);
  }

  #note(semitones) {
    this.#trigger(semitones + 12 * this.#octave);
  }

  #trigger(semitones) {
    return this.attempt(async () => {
      await this.#instrument.trigger(this.#pad.position, semitones);
      this.#showPlaying();
    });
  }

  #shift(octaves) {
    this.#octave = Math.min(Math.max(this.#octave + octaves, -2), 1);
    this.find('#octave').value = octaveNames[this.#octave];
  }

  async #beginRecording() {
    await this.#start();
    this.#recording = await Recording.start(this.#instrument.output);
    toggle(this.find('#record'), true);
    this.say('Recording …');
  }

  async #endRecording() {
    const recording = this.#recording;
    this.#recording = null;
    toggle(this.find('#record'), false);
    const { sampleRate } = this.#instrument.output.context;
    const samples = await recording.stop();
    const wav = await wavBytes(samples, sampleRate, { float: true });
    offer(this.find('#save-recording'), wav, 'audio/wav', 'lodestone.wav');
    this.say(`Recorded ${(samples.length / sampleRate).toFixed(1)} s.`);
  }

  async #openMicrophone() {
    const stream = await openMicrophone();
    this.#microphone = { stream, source: this.#instrument.drive(stream) };
    toggle(this.find('#microphone'), true);
    this.say('The microphone is on. Turn up Drive to let it steer the sound.');
  }

  #closeMicrophone() {
    const { stream, source } = this.#microphone;
    this.#microphone = null;
    source.disconnect();
    for (const track of stream.getTracks()) track.stop();
    toggle(this.find('#microphone'), false);
    this.say('');
  }

  async #openMidi() {
    const inputs = await listenToMidi({
      note: (semitones) => this.#trigger(semitones),
      wheel: (share) => turnKnob('position', share),
    });
    toggle(this.find('#midi'), true);
    this.say(`Listening to ${inputs().join(', ') || 'MIDI: connect a keyboard'}.`);
  }
}
