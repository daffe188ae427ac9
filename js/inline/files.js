// Replaces ../wasm/files.js in dist/inline.js: the contents of the files instead of their URLs.

import analysis from '../../dist/analysis.wasm' with { type: 'bytes' };
import importer from '../../dist/import.wasm' with { type: 'bytes' };
import listener from '../../dist/listener.js' with { type: 'text' };
import lodestone from '../../dist/lodestone.wasm' with { type: 'bytes' };
import player from '../../dist/player.wasm' with { type: 'bytes' };
import spectrumWorklet from '../../dist/spectrum-worklet.js' with { type: 'text' };
import worker from '../../dist/worker.js' with { type: 'text' };
import worklet from '../../dist/worklet.js' with { type: 'text' };

/**
 * Returns a function that returns a script's URL, always the same one. Node's threads do not accept the URL of a Blob;
 * Workers from a data: URL cannot share memory with their page.
 * @param {string} script
 */
function addressOf(script) {
  /** @type {URL | undefined} */
  let address;
  return () => (address ??= new URL(globalThis.process?.versions?.node ? dataAddress(script) : blobAddress(script)));
}

/** @param {string} script */
const dataAddress = (script) => `data:text/javascript,${encodeURIComponent(script)}`;

/** @param {string} script */
const blobAddress = (script) => URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));

export const files = {
  player: () => player,
  lodestone: () => lodestone,
  analysis: () => analysis,
  importer: () => importer,
  worklet: addressOf(worklet),
  spectrumWorklet: addressOf(spectrumWorklet),
  listener: addressOf(listener),
  worker: addressOf(worker),
};
