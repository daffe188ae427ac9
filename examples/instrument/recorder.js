// Records exactly the samples of the output.

/** One recording; it begins immediately. */
export class Recording {
  #node;
  #pieces = [];
  #source;

  /** @param {AudioNode} source */
  static async start(source) {
    await source.context.audioWorklet.addModule(new URL('recorder-processor.js', import.meta.url));
    return new Recording(source);
  }

  constructor(source) {
    this.#source = source;
    this.#node = new AudioWorkletNode(source.context, 'recorder', { numberOfOutputs: 0, channelCount: 1 });
    this.#node.port.onmessage = ({ data }) => this.#pieces.push(data);
    source.connect(this.#node);
  }

  /** @returns {Promise<Float32Array>} the samples since the start */
  stop() {
    return new Promise((done) => {
      this.#node.port.onmessage = ({ data }) => {
        if (data) return this.#pieces.push(data);
        this.#source.disconnect(this.#node);
        done(joined(this.#pieces));
      };
      this.#node.port.postMessage('stop');
    });
  }
}

function joined(pieces) {
  const samples = new Float32Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    samples.set(piece, at);
    at += piece.length;
  }
  return samples;
}
