// What sounds: one AudioContext, the node that plays the model in it, and what it plays into.

const fade = 0.03; // seconds
const glide = 0.01; // seconds in which the gain follows its knob to 63 %

/** One model in the loudspeaker. Says `voice` when another node plays, and hands on the node's own events. */
export class Instrument extends EventTarget {
  #model = null;
  #settings = {};
  #knobs = {};
  #driver;
  #voice = null;
  #wanted = 0;

  /** Whether it plays, or is about to. */
  playing = false;

  /** Everything that the loudspeaker gets; null before the first start. */
  output = null;

  /** The node that plays; null before the first start. */
  get node() {
    return this.#voice?.node ?? null;
  }

  /** @param {import('../../js/index.js').Magnet} model */
  async load(model) {
    this.#model = model;
    if (this.playing) await this.#renew();
    else this.#end();
  }

  /** @param {object} settings what `model.createNode` takes */
  async configure(settings) {
    this.#settings = settings;
    if (this.playing) await this.#renew();
    else this.#end();
  }

  /** Must first be called from a click or a key: browsers let no page sound by itself. */
  async start() {
    if (this.playing) return;
    this.playing = true;
    try {
      if (!this.output) this.#open();
      await this.output.context.resume();
      if (!this.#voice) await this.#renew();
      ramp(this.output, 1);
    } catch (error) {
      this.playing = false;
      throw error;
    }
  }

  async stop() {
    this.playing = false;
    ramp(this.output, 0);
    await new Promise((done) => setTimeout(done, 2000 * fade));
    if (!this.playing) await this.output.context.suspend();
  }

  /** @param {string} name of an AudioParam of the node @param {number} value */
  set(name, value) {
    this.#knobs[name] = value;
    const parameter = this.node?.parameters.get(name);
    if (name === 'gain') parameter?.setTargetAtTime(value, this.output.context.currentTime, glide);
    else if (parameter) parameter.value = value;
  }

  /** @param {number} position 0 to 1 @param {number} semitones */
  async trigger(position, semitones) {
    await this.start();
    this.node?.trigger(position, semitones);
  }

  /** @param {MediaStream} stream what drives the dream; null: nothing @returns {AudioNode} */
  drive(stream) {
    if (!this.output) this.#open();
    const source = this.output.context.createMediaStreamSource(stream);
    source.connect(this.#driver);
    return source;
  }

  #open() {
    const context = new AudioContext({ latencyHint: 'interactive' });
    this.output = new GainNode(context, { gain: 0 });
    this.output.connect(context.destination);
    this.#driver = new GainNode(context);
  }

  /** Makes a node of the present model and settings; it fades in while the one before fades out. */
  async #renew() {
    const wanted = ++this.#wanted;
    const node = await this.#model.createNode(this.output.context, { ...this.#settings, parameterData: this.#knobs });
    if (wanted !== this.#wanted) return node.dispose(); // another one is wanted meanwhile
    this.#end();
    this.#voice = new Voice(node, this.#driver, this.output);
    for (const type of ['meter', 'underrun', 'overload', 'recover', 'error']) {
      node.addEventListener(type, (event) => this.dispatchEvent(new CustomEvent(type, { detail: event })));
    }
    this.dispatchEvent(new Event('voice'));
  }

  #end() {
    this.#voice?.end();
    this.#voice = null;
  }
}

/** A node with a fade of its own. */
class Voice {
  #fade;

  constructor(node, driver, output) {
    this.node = node;
    this.#fade = new GainNode(node.context, { gain: 0 });
    driver.connect(node).connect(this.#fade).connect(output);
    ramp(this.#fade, 1);
  }

  end() {
    ramp(this.#fade, 0);
    setTimeout(() => {
      this.#fade.disconnect();
      this.node.dispose();
    }, 2000 * fade);
  }
}

function ramp({ gain, context }, to) {
  gain.cancelScheduledValues(context.currentTime);
  gain.setValueAtTime(gain.value, context.currentTime);
  gain.linearRampToValueAtTime(to, context.currentTime + fade);
}
