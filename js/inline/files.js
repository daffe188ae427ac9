// Stands in for ../files.js where the build makes dist/inline.js: what the files hold, in place of where they lie.

import importWasm from '../../dist/import.wasm' with { type: 'bytes' };
import wasm from '../../dist/lodestone.wasm' with { type: 'bytes' };
import worklet from '../../dist/worklet.js' with { type: 'text' };

/**
 * What gives a script's address, always the same one. Node's threads take no address of a Blob; the Workers of a page
 * that come from a data address share nothing with it.
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
  page: () => wasm,
  wasm: () => wasm,
  importWasm: () => importWasm,
  worklet: addressOf(worklet),
};
