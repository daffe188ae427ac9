// What every project does, whichever tool built it.

/** FNV-1a of an array's bytes. */
export function hash(array) {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  let sum = 0x811c9dc5;
  for (const byte of bytes) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  return sum;
}

/** Learns half a second of a triangle wave and noise, made of additions: the same bits in every engine. */
export function learn(Magnet) {
  const sampleRate = 22050;
  let noise = 1;
  const samples = Float32Array.from({ length: sampleRate / 2 }, (_, i) => {
    noise = (Math.imul(noise, 1664525) + 1013904223) >>> 0;
    return 0.5 * (Math.abs((i % 100) / 50 - 1) - 0.5) + 0.1 * (noise / 2 ** 31 - 1);
  });
  const options = { size: 512, hop: 128, layers: [16], sequence: 8, batch: 16, seed: 5, epochs: 2 };
  return Magnet.train({ samples, sampleRate }, options);
}

/** The error of Magnet.load for a truncated zip file, for which the importer is fetched. */
export const refusal = (Magnet) =>
  Magnet.load(Uint8Array.from('PK\x03\x04', (letter) => letter.charCodeAt(0))).catch(({ message }) => message);
