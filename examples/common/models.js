// Model files: read, and handed from one page to another.
import { LodestoneError, Magnet } from '../../js/index.js';
import { Advice } from './words.js';

export const isModel = ({ name }) => name.toLowerCase().endsWith('.safetensors');

/** @param {Blob} file @param {string} name for the message of the error */
export function openModel(file, name) {
  return Magnet.load(file).catch((error) => {
    if (!(error instanceof LodestoneError)) throw error;
    throw new Advice(`“${name}” is not a model that Lodestone can play: ${error.message}.`);
  });
}

const shelf = () => caches.open('lodestone-examples');

/** Keeps a model for the next page, in the place of the one kept before. */
export async function keep(bytes, name) {
  const headers = { 'X-Name': encodeURIComponent(name) };
  await (await shelf()).put('/kept', new Response(bytes, { headers }));
}

/** The model that another page kept: its file and name. */
export async function kept() {
  const response = await (await shelf()).match('/kept');
  if (!response) throw new Advice('No model has been kept on the first page. Train one there, or load one here.');
  return { file: await response.blob(), name: decodeURIComponent(response.headers.get('X-Name')) };
}
