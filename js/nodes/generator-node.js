import { LodestoneError } from '../errors.js';
import { seed as checkSeed } from '../options.js';
import { generators, rawContext, register } from './register.js';
import { Adopted } from './adopted.js';
import { settleGenerator } from './generator-options.js';
import { errorOf, Remote } from '../threads/remote.js';
import { reportNames } from './report.js';
import { checkShape } from './shape.js';
import { chooseEngine, playInWorker, ringSize } from './worker-engine.js';

/** @typedef {import('./generator-options.js').GeneratorOptions} GeneratorOptions */
/** @typedef {import('./shape.js').PlayableModel} PlayableModel */

/** @typedef {import('../options.js').Latency} Latency */
/** @typedef {import('../options.js').GeneratorMeter} GeneratorMeter */

/**
 * An instrument: plays a model in real time, or in an OfflineAudioContext. It is one mono voice; for polyphony, create
 * several nodes. Its input is mixed down to one channel and drives the network, see `drive`. Its AudioParams are those
 * of parameters.js. It plays until `dispose()` is called or its context is closed.
 *
 *     const node = await model.createNode(context);   // or: await register(context), then
 *     node.connect(context.destination);               //     new GeneratorNode(context, model)
 *     node.trigger(0.4);
 *
 * Its events: `meter`, twice a second; `underrun`, whose `detail` is the number so far; `overload` and `recover`, when
 * quality falls and rises, whose `detail` is the level; `error`, whose `error` is a LodestoneError; then it is silent.
 *
 * The methods return promises that resolve once the audio thread has acted; none needs to be awaited.
 */
export class GeneratorNode extends Adopted {
  #context;
  #config;
  #processor;
  #player;
  /** @type {ReturnType<typeof playInWorker> | undefined} */
  #remote;
  /** @type {Float64Array} */
  #report = new Float64Array(reportNames.length);
  #swapping = Promise.resolve();
  #ended = false;
  #underrunsBefore;
  #contextChanged = () => {
    if (this.#context.state !== 'closed') this.#processor.call('restartClock');
    else this.#end(new LodestoneError('invalid-argument', 'the context of this node has been closed'));
  };

  /**
   * @param {import('./register.js').AnyContext} context registered
   * @param {PlayableModel} model the node copies what it needs
   * @param {GeneratorOptions} [options]
   * @throws {LodestoneError} `invalid-argument` if the context is not registered or an option is not allowed
   */
  constructor(context, model, options) {
    const { source, workletUrl, makeNode } = generators.get(context);
    const { engine, ahead, player, parameterData } = settleGenerator(options);
    const live = model.liveBytes();
    const raw = rawContext(context);
    const waits = 'startRendering' in raw; // for the audio thread, however long it takes
    const ring = engine === 'worker' && !waits ? ringSize(model.config, raw.sampleRate, ahead) : undefined;
    super(
      makeNode('lodestone-generator', {
        channelCount: 1,
        channelCountMode: 'explicit',
        outputChannelCount: [1],
        parameterData,
        processorOptions: {
          source,
          live: waits ? live : undefined, // rendering does not wait for messages
          ring,
          player,
          adapts: !waits,
          burst: raw.baseLatency ?? 0,
        },
      }),
    );
    this.#context = raw;
    this.#config = model.config;
    this.#underrunsBefore = raw.playbackStats?.underrunEvents ?? 0;
    this.#processor = new Remote(this.port, {
      meter: (report) => this.#take(report),
      error: (failure) => this.#fail(errorOf(failure)),
    });
    this.onprocessorerror = () =>
      this.#fail(new LodestoneError('processor-error', 'the processor could not be created'));
    raw.addEventListener('statechange', this.#contextChanged);
    /** @type {GeneratorMeter} */
    this.meter = { cpu: 0, late: 0, underruns: 0, reseeds: 0, scrubs: 0, quality: 0 };
    /** @type {'worklet' | 'worker'} What computes its sound. */
    this.engine = ring ? 'worker' : 'worklet';
    if (ring) {
      const work = { source, live, options: { ...player, sampleRate: raw.sampleRate }, size: ring };
      this.#remote = playInWorker(workletUrl, work, (error) => this.#fail(error));
      this.#processor.call('connect', [this.#remote.port], [this.#remote.port]);
    }
    /** Calls the player, on whichever thread it runs. */
    this.#player = this.#remote?.remote ?? this.#processor;
    const started =
      waits || ring ? this.#processor.call('start') : this.#processor.call('start', [live], [live.buffer]);
    /** @type {Promise<unknown>} Resolves once it can play; rejects with a LodestoneError if it cannot. */
    this.ready = Promise.all([started, this.#remote?.ready]);
    this.ready.catch(() => {}); // may be ignored
  }

  /** @returns {Latency} with the present settings; zeros before the node is ready */
  get latency() {
    return {
      min: this.#reported('latencyMin'),
      max: this.#reported('latencyMax'),
      half: this.#reported('latencyHalf'),
    };
  }

  /**
   * Plays a note: jumps to a position in the training sound. You hear ⌈(sequence + 1) / 2⌉ frames of that sound while the
   * network listens to what leads up to them; then the dream goes on from there.
   * @param {number} position in the training sound, 0 to 1
   * @param {number} [pitch] semitones, added to the parameter until the next note; default 0
   */
  trigger(position, pitch = 0) {
    return this.#player.call('trigger', [position, pitch]);
  }

  /**
   * Restarts the dream, as in a node created with this seed.
   * @param {number} seed 0 to 2³²−1
   */
  reset(seed) {
    return this.#player.call('reset', [checkSeed('seed', seed)]);
  }

  /**
   * Switches to another model of the same shape while playing: its bytes are copied into a second slot, 64 KB per
   * quantum, the network listens for `sequence` frames, then the sound crossfades. The promise resolves after that;
   * context and node must be running. A swap waits for the previous one.
   * @param {PlayableModel} model with at most as many training frames as the node's first model
   * @returns {Promise<void>} rejects with `invalid-argument` if its shape differs
   */
  async swapModel(model) {
    checkShape(model.config, this.#config);
    const live = model.liveBytes();
    const before = this.#swapping;
    this.#swapping = (async () => {
      await before.catch(() => {});
      await this.#player.call('swap', [live], [live.buffer]);
    })();
    return this.#swapping;
  }

  /** Falls silent within one quantum and stops working; its dream pauses. */
  suspend() {
    return this.#processor.call('suspend');
  }

  /** Continues where it was suspended. */
  resume() {
    return this.#processor.call('resume');
  }

  /** Ends the node for good: the audio thread releases the player and its memory. */
  dispose() {
    this.#end(new LodestoneError('invalid-argument', 'this node has been disposed of'));
    this.disconnect();
  }

  /** @param {Float64Array} report */
  #take(report) {
    const { underruns, quality } = this.meter;
    this.#report = report;
    for (const name of /** @type {const} */ (['cpu', 'late', 'reseeds', 'scrubs', 'quality'])) {
      this.meter[name] = this.#reported(name);
    }
    const stats = this.#context.playbackStats;
    const losses = stats ? stats.underrunEvents - this.#underrunsBefore : this.#reported('losses');
    this.meter.underruns = losses + this.#reported('gaps');
    this.#tell('meter');
    if (this.meter.underruns > underruns) this.#tell('underrun', this.meter.underruns);
    if (this.meter.quality > quality) this.#tell('overload', this.meter.quality);
    if (this.meter.quality < quality) this.#tell('recover', this.meter.quality);
  }

  /** @param {typeof reportNames[number]} name */
  #reported(name) {
    return this.#report[reportNames.indexOf(name)];
  }

  /**
   * @param {string} type
   * @param {number} [detail]
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** @param {LodestoneError} error */
  #fail(error) {
    if (this.#ended) return;
    this.#end(error);
    this.dispatchEvent(new ErrorEvent('error', { error, message: error.message }));
  }

  /** @param {LodestoneError} reason */
  #end(reason) {
    this.#ended = true;
    this.#processor.end(reason);
    this.#remote?.terminate(reason);
    this.#processor.tell('dispose');
    this.#context.removeEventListener('statechange', this.#contextChanged);
  }
}

/**
 * Creates a node and waits until it is ready; see Magnet.createNode.
 * @param {import('./register.js').AnyContext} context
 * @param {PlayableModel} model
 * @param {GeneratorOptions & import('./register.js').RegisterOptions} [options]
 */
export async function createGeneratorNode(context, model, options = {}) {
  const { workletUrl, wasmUrl, AudioWorkletNode, ...rest } = options;
  await register(context, { workletUrl, wasmUrl, AudioWorkletNode });
  const engine = rest.engine === 'auto' ? await cheapestEngine(context, model, rest) : rest.engine;
  const node = await generators.make(context, () => new GeneratorNode(context, model, { ...rest, engine }));
  await node.ready;
  return node;
}

/**
 * @param {import('./register.js').AnyContext} context
 * @param {PlayableModel} model
 * @param {GeneratorOptions} options
 */
async function cheapestEngine(context, model, options) {
  const { source, workletUrl } = generators.get(context);
  const { player } = settleGenerator({ ...options, engine: 'worklet' });
  const { sampleRate } = rawContext(context);
  return chooseEngine(workletUrl, { source, live: model.liveBytes(), options: { ...player, sampleRate } });
}
