// Reads model files and passes them from one page to the other.
import { LodestoneError, Magnet } from '../../js/index.js';
import { Advice } from './words.js';

export const isModel = ({ name }) => name.toLowerCase().endsWith('.safetensors');

/** @param {Blob} file @param {string} name for the error message */
export function openModel(file, name) {
  return Magnet.load(file).catch((error) => {
    if (!(error instanceof LodestoneError)) throw error;
    throw new Advice(`“${name}” is not a model that Lodestone can play: ${error.message}.`);
  });
}

const shelf = () => caches.open('lodestone-examples');

/** Stores a model for the other page, replacing the previous one. */
export async function keep(bytes, name) {
  const headers = { 'X-Name': encodeURIComponent(name) };
  await (await shelf()).put('/kept', new Response(bytes, { headers }));
}

/** The model stored by the other page: its file and name. */
export async function kept() {
  const response = await (await shelf()).match('/kept');
  if (!response) throw new Advice('The training page has no model yet. Train one there, or load one here.');
  return { file: await response.blob(), name: decodeURIComponent(response.headers.get('X-Name')) };
}
