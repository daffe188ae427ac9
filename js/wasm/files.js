/**
 * URLs of the files in dist/ that are loaded on demand. Sites without a build step and most bundlers support URLs of
 * this form; `lodestone/inline` has the contents of the files instead.
 */
export const files = {
  player: () => new URL('../../dist/player.wasm', import.meta.url),
  lodestone: () => new URL('../../dist/lodestone.wasm', import.meta.url),
  analysis: () => new URL('../../dist/analysis.wasm', import.meta.url),
  mapping: () => new URL('../../dist/mapping.wasm', import.meta.url),
  importer: () => new URL('../../dist/import.wasm', import.meta.url),
  worklet: () => new URL('../../dist/worklet.js', import.meta.url),
  spectrumWorklet: () => new URL('../../dist/spectrum-worklet.js', import.meta.url),
  mappingWorklet: () => new URL('../../dist/mapping-worklet.js', import.meta.url),
  mappingCamera: () => new URL('../../dist/mapping-camera.js', import.meta.url),
  listener: () => new URL('../../dist/listener.js', import.meta.url),
  worker: () => new URL('../../dist/worker.js', import.meta.url),
};
