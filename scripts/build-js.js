// Bundles js/ into the scripts of dist/: worklet.js and spectrum-worklet.js for the audio thread, worker.js for Workers, and
// inline.js, the whole package with those and the WebAssembly modules inside, which must be there already.
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
  entryPoints: [path('js/nodes/worklet.js'), path('js/nodes/spectrum-worklet.js'), path('js/threads/worker.js')],
  outdir: path('dist'),
  entryNames: '[name]',
});
await build({
  ...settings,
  entryPoints: [path('js/index.js')],
  outfile: path('dist/inline.js'),
  plugins: [contentsOfFiles],
});
