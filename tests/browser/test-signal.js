/**
 * A second of a tone of 441 Hz with overtones and some noise, made of additions only: the same bits in every engine.
 * @param {number} sampleRate
 */
export function testSignal(sampleRate) {
  const samples = new Float32Array(sampleRate);
  const period = sampleRate / 441;
  let noise = 1;
  for (let i = 0; i < samples.length; ++i) {
    noise = (Math.imul(noise, 1664525) + 1013904223) >>> 0;
    samples[i] = 0.6 * (Math.abs(((i % period) / period) * 2 - 1) - 0.5) + 0.001 * (noise / 2 ** 31 - 1);
  }
  return samples;
}
