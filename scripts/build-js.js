// Bundles js/ into the scripts of dist/: worklet.js, which other threads load, and inline.js, the whole package with
// the worklet and the core inlined. Needs dist/lodestone.wasm.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const settings = { bundle: true, minify: true, format: 'esm', target: 'es2022', logLevel: 'warning' };

const contentsOfFiles = {
  name: 'the contents of files',
  setup({ onResolve }) {
    onResolve({ filter: /\/files\.js$/ }, () => ({ path: path('js/inline/files.js') }));
  },
};

await build({
  ...settings,
  entryPoints: [path('js/nodes/worklet.js')],
  outfile: path('dist/worklet.js'),
});
await build({
  ...settings,
  entryPoints: [path('js/index.js')],
  outfile: path('dist/inline.js'),
  plugins: [contentsOfFiles],
});
