/**
 * Where the files of dist/ lie, which other threads load. Servers without a build step and most bundlers follow this form
 * of an address; `lodestone/inline` has what the files hold in its place.
 */
export const files = {
  page: () => new URL('../../dist/page.wasm', import.meta.url),
  wasm: () => new URL('../../dist/lodestone.wasm', import.meta.url),
  importWasm: () => new URL('../../dist/import.wasm', import.meta.url),
  worklet: () => new URL('../../dist/worklet.js', import.meta.url),
};
