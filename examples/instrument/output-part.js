// What comes out: a picture of it, and how the audio thread is doing.
import { Part } from '../common/part.js';

const meters = {
  cpu: 'Share of the processor',
  latency: 'Latency',
  underruns: 'Underruns',
  reseeds: 'New starts',
  quality: 'Quality',
};

const qualities = ['full', 'fewer iterations', 'stateful'];

export class OutputPart extends Part {
  /** @param {import('./instrument.js').Instrument} instrument */
  constructor(instrument) {
    super('#output');
    for (const [name, label] of Object.entries(meters)) {
      const item = document.createElement('div');
      item.innerHTML = `<dt>${label}</dt><dd id="meter-${name}">–</dd>`;
      this.find('#meters').append(item);
    }
    instrument.addEventListener('meter', () => this.#show(instrument.node));
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
