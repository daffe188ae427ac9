// The script of cameras, which the build bundles into dist/mapping-camera.js: it runs in a Worker.

import { serve } from '../threads/remote.js';
import { Eye } from './camera-eye.js';

/** @type {Eye} */
let eye;

/** That of Safari is only in Workers. */
const Source = /** @type {any} */ (globalThis).MediaStreamTrackProcessor;

serve(/** @type {any} */ (globalThis), {
  /** Returns whether this Worker can read tracks. */
  open: (/** @type {ConstructorParameters<typeof Eye>} */ ...given) => {
    eye = new Eye(...given);
    return Boolean(Source);
  },
  watch: (/** @type {ReadableStream<VideoFrame>} */ frames) => eye.watch(frames),
  watchTrack: (/** @type {MediaStreamTrack} */ track) => eye.watch(new Source({ track, maxBufferSize: 1 }).readable),
  see: (/** @type {VideoFrame} */ frame) => eye.see(frame),
  seeBitmap: (/** @type {ImageBitmap} */ bitmap) => eye.seeBitmap(bitmap),
  timings: () => eye.timings(),
});
