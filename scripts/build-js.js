// Bundles js/ into the scripts of dist/: worklet.js, spectrum-worklet.js, listener.js and mapping-worklet.js for the audio
// thread, worker.js and mapping-camera.js for Workers, and inline.js, the whole package without mappings, with its scripts
// and the WebAssembly modules inside, which must already exist.
import { rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const settings = { bundle: true, minify: true, format: 'esm', target: 'es2022', write: false, logLevel: 'warning' };

const contentsOfFiles = {
  name: 'the contents of files',
  setup({ onResolve }) {
    onResolve({ filter: /\/files\.js$/ }, () => ({ path: path('js/inline/files.js') }));
  },
};

/** Builds, and replaces each file atomically: whoever reads one gets all of it. */
async function bundle(options) {
  const { outputFiles } = await build({ ...settings, ...options });
  for (const { path, contents } of outputFiles) {
    await writeFile(`${path}.new`, contents);
    await rename(`${path}.new`, path);
  }
}

await bundle({
  entryPoints: [
    path('js/nodes/worklet.js'),
    path('js/nodes/spectrum-worklet.js'),
    path('js/listening/listener.js'),
    path('js/mapping/mapping-worklet.js'),
    path('js/mapping/mapping-camera.js'),
    path('js/threads/worker.js'),
  ],
  outdir: path('dist'),
  entryNames: '[name]',
});
await bundle({
  entryPoints: [path('js/index.js')],
  outfile: path('dist/inline.js'),
  plugins: [contentsOfFiles],
});
