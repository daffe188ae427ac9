// The output: its spectrogram, and the state of the audio thread.
import { drawLive } from '../common/live-spectrogram.js';
import { Part } from '../common/part.js';

const meters = {
  cpu: 'Processor',
  latency: 'Latency',
  underruns: 'Underruns',
  reseeds: 'Restarts',
  quality: 'Quality',
};

const qualities = ['full quality', 'fewer phase iterations', 'stateful mode'];

export class OutputPart extends Part {
  /** @param {import('./instrument.js').Instrument} instrument */
  constructor(instrument) {
    super('#output');
    for (const [name, label] of Object.entries(meters)) {
      const item = document.createElement('div');
      item.innerHTML = `<dt>${label}</dt><dd id="meter-${name}">–</dd>`;
      this.find('#meters').append(item);
    }
    instrument.addEventListener('open', () => this.attempt(() => drawLive(instrument.output, this.canvas)));
    instrument.addEventListener('meter', () => this.#show(instrument.node));
    instrument.addEventListener('overload', ({ detail }) =>
      this.say(`This computer is too busy to play at full quality. Now: ${qualities[detail]}.`),
    );
    instrument.addEventListener('recover', ({ detail }) =>
      this.say(`The load has gone down. Now: ${qualities[detail]}.`),
    );
  }

  #show({ meter, latency, context }) {
    const { cpu, underruns, reseeds, quality } = meter;
    const milliseconds = (samples) => ((1000 * samples) / context.sampleRate).toFixed(1);
    const texts = {
      cpu: `${(100 * cpu).toFixed(1)} %`,
      latency: `${milliseconds(latency.min)} to ${milliseconds(latency.max)} ms`,
      underruns: `${underruns}`,
      reseeds: `${reseeds}`,
      quality: qualities[quality],
    };
    for (const [name, text] of Object.entries(texts)) this.find(`#meter-${name}`).textContent = text;
  }
}
