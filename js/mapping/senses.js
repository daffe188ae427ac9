import { latestChannel, openWriter } from './latest.js';
import { messageInterval } from './rows.js';

/** The inputs of a mapping while it lives. */
export class Senses {
  #inputs;
  #told;
  #channels;
  /** @type {(() => void)[]} */
  #ends = [];

  /**
   * @param {import('./input.js').Input[]} inputs
   * @param {(input: string, isLost: boolean, error?: Error) => void} told called when one is lost or found
   */
  constructor(inputs, told) {
    this.#inputs = inputs;
    this.#told = told;
    this.#channels = inputs.map(({ names, sound }) => (sound ? null : latestChannel(names.length)));
  }

  /** What the audio thread reads: the end of a channel for each input that is not a sound. */
  get ends() {
    return this.#channels.map((channel) => channel?.reading);
  }

  get transfer() {
    return this.#channels.flatMap((channel) => channel?.transfer(channel.reading) ?? []);
  }

  /**
   * @param {any} context
   * @param {AudioNode} node whose inputs are the sounds, in their order
   */
  start(context, node) {
    let sounds = 0;
    this.#inputs.forEach((input, i) => {
      const lost = this.#watch(input.name);
      if (input.sound) this.#ends.push(connect(input.sound.source, context, node, sounds++, lost));
      else this.#ends.push(this.#open(input, /** @type {any} */ (this.#channels[i]), lost));
    });
  }

  stop() {
    for (const end of this.#ends.splice(0)) end();
  }

  /**
   * @param {import('./input.js').Input} input
   * @param {ReturnType<typeof latestChannel>} channel
   * @param {import('./input.js').InputLink['lost']} lost
   */
  #open({ names, start }, channel, lost) {
    /** @type {ReturnType<typeof openWriter> | undefined} */
    let writer;
    const write = (/** @type {Float32Array} */ values) => {
      writer ??= openWriter(channel.writing, names.length, messageInterval);
      writer.write(values);
    };
    const end = /** @type {NonNullable<typeof start>} */ (start)({ write, lost, end: () => channel.writing });
    return () => {
      end();
      writer?.close();
    };
  }

  /** @param {string} name */
  #watch(name) {
    let was = false;
    return /** @type {import('./input.js').InputLink['lost']} */ (isLost, error) => {
      if (isLost === was) return;
      was = isLost;
      this.#told(name, isLost, error);
    };
  }
}

/**
 * @param {any} source
 * @param {any} context
 * @param {AudioNode} node
 * @param {number} place
 * @param {import('./input.js').InputLink['lost']} lost
 */
function connect(source, context, node, place, lost) {
  if (typeof source.getAudioTracks !== 'function') {
    source.connect(node, 0, place);
    return () => source.disconnect(node, 0, place);
  }
  const from = context.createMediaStreamSource(source);
  from.connect(node, 0, place);
  const end = watchTrack(source.getAudioTracks()[0], lost);
  return () => {
    end();
    from.disconnect();
  };
}

/**
 * Tells when a track ends, and when its device pauses and goes on.
 * @param {MediaStreamTrack} track
 * @param {import('./input.js').InputLink['lost']} lost
 */
export function watchTrack(track, lost) {
  const types = ['ended', 'mute', 'unmute'];
  const check = () => lost(track.readyState === 'ended' || track.muted);
  for (const type of types) track.addEventListener(type, check);
  return () => {
    for (const type of types) track.removeEventListener(type, check);
  };
}
