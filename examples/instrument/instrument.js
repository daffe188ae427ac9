// The sound: an AudioContext, the node that plays the model, and the output.

const fade = 0.03; // seconds
const ahead = 0.12; // seconds that the page's clock may lag behind the audio thread: a fade that starts in the past would click
const glide = 0.01; // seconds until the gain has made 63 % of a change

/**
 * Plays one model. Events: `open` when the AudioContext has been created; `meter`, `overload`, `recover` and `error` from the node,
 * with the level or the error as `detail`. After an `error` it has stopped.
 */
export class Instrument extends EventTarget {
  #model = null;
  #settings = {};
  #knobs = {};
  #driver = null;
  #voice = null;
  #wanted = 0;
  #started = null;

  /** The whole output. @type {GainNode | null} */
  output = null;

  /** Whether it plays or is starting to. */
  get playing() {
    return this.#started !== null;
  }

  /** The playing node. */
  get node() {
    return this.#voice?.node ?? null;
  }

  /** @param {import('../../js/index.js').Magnet} model */
  load(model) {
    this.#model = model;
    return this.#changed();
  }

  /** Swaps a newer state of the same model into the playing node. @param {import('../../js/index.js').Magnet} model */
  async improve(model) {
    this.#model = model;
    await this.node?.swapModel(model);
  }

  /** @param {object} settings options of `model.createNode` */
  configure(settings) {
    this.#settings = settings;
    return this.#changed();
  }

  /** Must first be called from a click or key press: browsers allow sound only after a user gesture. */
  start() {
    this.#started ??= this.#begin().catch((error) => {
      this.#started = null;
      throw error;
    });
    return this.#started;
  }

  async stop() {
    this.#started = null;
    ramp(this.output, 0);
    await faded();
    if (!this.playing) await this.output.context.suspend();
  }

  /** @param {string} name of an AudioParam of the node @param {number} value */
  set(name, value) {
    this.#knobs[name] = value;
    const parameter = this.node?.parameters.get(name);
    if (name === 'gain') parameter?.setTargetAtTime(value, this.output.context.currentTime + ahead, glide);
    else if (parameter) parameter.value = value;
  }

  /** @param {number} position 0 to 1 @param {number} semitones */
  async trigger(position, semitones) {
    await this.start();
    this.node?.trigger(position, semitones);
  }

  /**
   * Connects a stream as live input.
   * @param {MediaStream} stream
   * @returns {AudioNode} to disconnect in order to stop it
   */
  drive(stream) {
    this.#open();
    const source = this.output.context.createMediaStreamSource(stream);
    source.connect(this.#driver);
    return source;
  }

  #open() {
    if (this.output) return;
    const context = new AudioContext({ latencyHint: 'interactive' });
    this.output = new GainNode(context, { gain: 0 });
    this.output.connect(context.destination);
    this.#driver = new GainNode(context);
    this.dispatchEvent(new Event('open'));
  }

  async #begin() {
    this.#open();
    await this.output.context.resume();
    if (!this.#voice) await this.#renew();
    ramp(this.output, 1);
  }

  async #changed() {
    if (this.playing) await this.#renew();
    else this.#end();
  }

  /** Creates a node with the current model and settings; it fades in while the previous one fades out. */
  async #renew() {
    const wanted = ++this.#wanted;
    const node = await this.#model.createNode(this.output.context, { ...this.#settings, parameterData: this.#knobs });
    if (wanted !== this.#wanted) return node.dispose(); // superseded meanwhile
    this.#end();
    this.#voice = new Voice(node, this.#driver, this.output);
    for (const type of ['meter', 'overload', 'recover', 'error']) {
      node.addEventListener(type, ({ detail, error }) => this.#tell(type, error ?? detail));
    }
  }

  #tell(type, detail) {
    if (type === 'error') {
      this.#end();
      this.stop();
    }
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  #end() {
    this.#voice?.end();
    this.#voice = null;
  }
}

/** A node with its own fade. */
class Voice {
  #driver;
  #fade;

  constructor(node, driver, output) {
    this.node = node;
    this.#driver = driver;
    this.#fade = new GainNode(output.context, { gain: 0 });
    driver.connect(node).connect(this.#fade).connect(output);
    ramp(this.#fade, 1);
  }

  async end() {
    ramp(this.#fade, 0);
    await faded();
    this.#driver.disconnect(this.node);
    this.#fade.disconnect();
    this.node.dispose();
  }
}

const faded = () => new Promise((done) => setTimeout(done, 1000 * (ahead + 2 * fade)));

/** Fades in (to 1) or out (to 0). */
function ramp({ gain, context }, to) {
  const start = context.currentTime + ahead;
  gain.setValueAtTime(1 - to, start);
  gain.linearRampToValueAtTime(to, start + fade);
}
