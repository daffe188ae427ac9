/**
 * Whether page.wasm does it: frames whose Fourier transform may be of single precision, and all ways to find phases but
 * PGHI. lodestone.wasm does everything.
 * @param {{size?: number, windowSize?: number, hop?: number, window?: string, framing?: string}} [framing]
 * @param {import('./options.js').PhaseOptions} [phase]
 */
export function isCommon(framing = {}, phase = {}) {
  const { size = 2048, windowSize = 0, hop = 512, window = 'hann', framing: where = 'centered' } = framing;
  const isPowerOfTwo = size >= 32 && (size & (size - 1)) === 0;
  const isWhole = windowSize === 0 || windowSize === size;
  const isDense = 4 * hop <= size; // where fewer frames overlap, rounding weighs more
  const isPghi = phase.preset === 'pghi' || phase.stages?.some?.(({ method }) => method === 'pghi');
  return isPowerOfTwo && isWhole && isDense && window === 'hann' && where === 'centered' && !isPghi;
}
