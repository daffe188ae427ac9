// The page's side of listening.

import { LodestoneError } from '../errors.js';
import { number, refused, settle } from '../options.js';
import { rawContext, Registry } from '../nodes/register.js';
import { Remote } from '../threads/remote.js';
import { ringMemory } from '../threads/ring.js';
import { startWorker } from '../threads/start-worker.js';
import { learnDefaults } from '../training/learn-options.js';
import { files } from '../wasm/files.js';
import { blockCount, blockLength } from './blocks.js';

/** @typedef {import('../model/magnet.js').Magnet} Magnet */
/** @typedef {import('./rounds.js').ListenProgress} ListenProgress */

/**
 * What can be listened to: a node of the context, or a stream, for example of a microphone.
 * @typedef {AudioNode | MediaStream} ListenSource
 */

/**
 * How to listen. All settings of the STFT and the trainer are allowed, too, except for `sampleRate`, which is the
 * context's, and `epochs`.
 * @typedef {object} MoreListenOptions
 * @property {number} [seconds] how much sound is kept and learned: 2 to 60; default 12
 * @property {'quality' | 'responsive' | 'classic'} [preset] see `Magnet.train`; default `quality`
 * @property {Magnet} [model] a model to start from
 * @property {number} [share] the most that learning may take of a core: 0.05 to 1; default 0.75
 * @property {(model: Magnet) => void} [onModel] called about once a second with the model so far
 * @property {(progress: ListenProgress) => void} [onProgress] called at most 5 times a second
 * @property {(error: LodestoneError) => void} [onError] called when listening ends by itself, for example because a
 *   microphone was unplugged; the last model stays
 */

/** @typedef {Omit<import('../model/magnet.js').LearnOptions, 'sampleRate'> & MoreListenOptions} ListenOptions */

/**
 * @typedef {object} Hooks
 * @property {(learned: any) => Magnet} make a model from a Worker's message
 * @property {ListenOptions['onModel']} onModel
 * @property {ListenOptions['onProgress']} onProgress
 * @property {ListenOptions['onError']} onError
 */

const listeners = new Registry(files.listener, () => 'lodestone', 'Magnet.listen');

/** Learns what it hears for as long as it exists. Made by `Magnet.listen`. */
export class Ear {
  #input;
  #node;
  #processor;
  #hooks;
  /** @type {import('../threads/start-worker.js').Thread} */
  #thread;
  /** @type {Magnet | null} */
  #model = null;
  /** @type {ListenProgress} */
  #progress = { seconds: 0, rounds: 0, loss: NaN, share: 0 };
  #ended = false;
  #contextChanged = () => {
    if (this.#input.context.state === 'closed') this.#end();
  };

  /**
   * @param {AudioNode & {mediaStream?: MediaStream}} input
   * @param {import('../nodes/register.js').Registration} registration
   * @param {Pick<import('./rounds.js').ListenRequest, 'options' | 'seconds' | 'share' | 'initial'>} settings
   * @param {Hooks} hooks
   */
  constructor(input, { workletUrl, source, makeNode }, settings, hooks) {
    const memory = globalThis.crossOriginIsolated ? ringMemory(blockLength, blockCount) : undefined;
    const { port1, port2 } = new MessageChannel();
    this.#input = input;
    this.#hooks = hooks;
    this.#node = makeNode('lodestone-listener', {
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: 'explicit',
      processorOptions: { memory },
    });
    this.#processor = new Remote(this.#node.port);
    this.#node.onprocessorerror = () => this.#fail(new LodestoneError('processor-error', 'the processor stopped'));
    this.#thread = startWorker(
      workletUrl,
      { model: (learned) => this.#take(learned), progress: (progress) => this.#report(progress) },
      (error) => this.#fail(error),
    );
    const request = { ...settings, memory, port: memory ? undefined : port2 };
    this.#thread.remote.call('listen', [source, request], memory ? [] : [port2]).catch((error) => this.#fail(error));
    if (!memory) this.#processor.tell('connect', [port1], [port1]);
    input.connect(this.#node);
    input.context.addEventListener('statechange', this.#contextChanged);
    for (const track of input.mediaStream?.getAudioTracks() ?? []) {
      track.addEventListener('ended', () => this.#fail(new LodestoneError('input-ended', 'the stream has ended')));
    }
  }

  /** The latest progress. */
  get progress() {
    return this.#progress;
  }

  /** The latest model; null before the first. It stays usable when listening has ended. */
  model() {
    return this.#model;
  }

  /** Stops listening and learning until `unfreeze`. */
  freeze() {
    this.#thread.remote.tell('freeze');
  }

  /** Listens and learns again. */
  unfreeze() {
    this.#thread.remote.tell('unfreeze');
  }

  /** Forgets everything heard and learned, and starts again, with the initial model if there was one. */
  forget() {
    this.#thread.remote.tell('forget');
  }

  /** Ends listening, as closing the context does. */
  dispose() {
    this.#end();
  }

  /** @param {any} learned */
  #take(learned) {
    const { make, onModel } = this.#hooks;
    this.#model = make(learned);
    this.#call(onModel, this.#model);
  }

  /** @param {ListenProgress} progress */
  #report(progress) {
    this.#progress = progress;
    this.#call(this.#hooks.onProgress, progress);
  }

  /**
   * @template T
   * @param {((value: T) => void) | undefined} hook
   * @param {T} value
   */
  #call(hook, value) {
    if (!this.#ended) hook?.(value);
  }

  /** @param {LodestoneError} error */
  #fail(error) {
    this.#call(this.#hooks.onError, error);
    this.#end();
  }

  #end() {
    if (this.#ended) return;
    this.#ended = true;
    this.#thread.terminate(new LodestoneError('invalid-argument', 'listening has ended'));
    this.#processor.tell('dispose');
    this.#input.context.removeEventListener('statechange', this.#contextChanged);
    this.#input.disconnect(this.#node);
  }
}

/**
 * See `Magnet.listen`.
 * @param {import('../nodes/register.js').AnyContext} context
 * @param {ListenSource} source
 * @param {ListenOptions & import('../nodes/register.js').RegisterOptions | undefined} options
 * @param {Hooks['make']} make
 */
export async function listen(context, source, options, make) {
  const { workletUrl, wasmUrl, AudioWorkletNode, ...given } = options ?? {};
  const raw = rawContext(context);
  const { seconds, share, model: initial, ...rest } = settleListening(given);
  await listeners.register(context, { workletUrl, wasmUrl, AudioWorkletNode });
  const input = isStream(source) ? raw.createMediaStreamSource(source) : source;
  if (typeof input?.connect !== 'function') throw refused('source', source, 'an AudioNode or a MediaStream');
  const { onModel, onProgress, onError, ...learning } = rest;
  const settings = {
    seconds,
    share,
    options: { ...learning, sampleRate: raw.sampleRate },
    initial: initial?.toBytes(),
  };
  return new Ear(input, listeners.get(context), settings, { make, onModel, onProgress, onError });
}

/**
 * @param {ListenOptions} given
 * @returns {any}
 */
function settleListening(given) {
  /** @type {Record<string, any>} */
  const learning = learnDefaults(given.preset, given.model);
  delete learning.epochs; // the listener's own
  delete learning.sampleRate; // the context's
  const hooks = { onModel: undefined, onProgress: undefined, onError: undefined };
  const more = { preset: undefined, model: undefined, seconds: 12, share: 0.75, ...hooks };
  const settled = settle('Magnet.listen', given, { ...learning, ...more });
  delete settled.preset;
  check('seconds', settled.seconds, 2, 60);
  check('share', settled.share, 0.05, 1);
  return settled;
}

/** @param {any} source */
const isStream = (source) => typeof source?.getAudioTracks === 'function';

/**
 * @param {string} name
 * @param {unknown} value
 * @param {number} low
 * @param {number} high
 */
function check(name, value, low, high) {
  const given = number(name, value);
  if (!(given >= low && given <= high)) throw refused(name, given, `${low} to ${high}`);
}
