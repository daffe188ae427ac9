// The output: its spectrogram, and the state of the audio thread.
import { createSpectrumNode, Spectrogram } from '../../js/index.js';
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
    instrument.addEventListener('open', () => this.attempt(() => this.#watch(instrument.output)));
    instrument.addEventListener('meter', () => this.#show(instrument.node));
    instrument.addEventListener('overload', ({ detail }) =>
      this.say(`This computer is too busy to play at full quality. Now: ${qualities[detail]}.`),
    );
    instrument.addEventListener('recover', ({ detail }) =>
      this.say(`The load has gone down. Now: ${qualities[detail]}.`),
    );
  }

  /** Draws the output while it plays. @param {AudioNode} output */
  async #watch(output) {
    const spectrum = await createSpectrumNode(output.context, { size: 2048, hop: 512 });
    output.connect(spectrum);
    const { canvas } = this;
    let picture;
    const begin = () => {
      const colours = getComputedStyle(canvas).getPropertyValue('--ramp').split(/,\s*/);
      picture = new Spectrogram(canvas, { sampleRate: output.context.sampleRate, minFrequency: 50, colours });
    };
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', begin);
    begin();
    spectrum.addEventListener('frame', () => {
      if (fit(canvas)) picture.draw(spectrum.frame.decibels);
    });
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

/** Fits the canvas to the pixels of the screen; returns whether it has any. */
function fit(canvas) {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((side) => Math.round(side * devicePixelRatio));
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  return width > 0 && height > 0;
}
