import { integer, settle } from '../../options.js';
import { startWorker } from '../../threads/start-worker.js';
import { files } from '../../wasm/files.js';
import { prepare } from '../../wasm/modules.js';
import { watchTrack } from '../senses.js';

/** Pictures that pass through the page are at most this wide when they have to be drawn. */
const bitmapWidth = 160;

/**
 * @typedef {object} CameraOptions
 * @property {[columns: number, rows: number]} [grid] of cells, 1 to 64 each; default [16, 12]
 * @property {string} [name]
 */

/**
 * @typedef {object} CameraTimings
 * @property {number} frames
 * @property {number} copy ms in all, as the following: copying the frames into the module's memory
 * @property {number} grid computing the grid
 * @property {number} pass passing on the values
 * @property {number} seen when the last values were passed on, by the Worker's clock
 */

/**
 * A camera's pictures: the mean luma of each cell (0 to 1) and how much it has changed, and the amount of motion with its
 * centre and spread. A Worker looks at them; in Chromium and Safari the page's own thread does nothing per frame.
 * @param {MediaStream} stream
 * @param {CameraOptions} [options]
 * @returns {import('../input.js').Input & {timings: () => Promise<CameraTimings>}} timings since they were last asked for
 */
export function camera(stream, options) {
  const { grid, name } = settle('camera', options, {
    grid: /** @type {[number, number]} */ ([16, 12]),
    name: 'camera',
  });
  const cells = integer('columns', grid[0]) * integer('rows', grid[1]);
  const list = (/** @type {string} */ kind) => Array.from({ length: cells }, (_, i) => `${kind}${i}`);
  /** @type {import('../../threads/start-worker.js').Thread} */
  let thread;
  return {
    name,
    names: [...list('luma'), ...list('change'), 'motion', 'x', 'y', 'spread'],
    start({ lost, end }) {
      const [track] = stream.getVideoTracks();
      const fail = (/** @type {import('../../errors.js').LodestoneError} */ error) => lost(true, error);
      thread = startWorker(files.mappingCamera(), {}, fail);
      const unwatch = watchTrack(track, lost);
      let stop = () => {};
      let isOver = false;
      const begin = async () => {
        const to = end();
        const module = await prepare(undefined, 'mapping');
        const canRead = await thread.remote.call('open', [module, grid, to], 'byteLength' in to ? [] : [to]);
        if (!isOver) stop = send(stream, track, thread.remote, canRead, fail);
      };
      begin().catch(fail);
      return () => {
        isOver = true;
        stop();
        unwatch();
        thread.terminate();
      };
    },
    timings: () => thread.remote.call('timings'),
  };
}

/**
 * Sends frames to the Worker by the best way that the browser has; returns what ends it.
 * @param {MediaStream} stream
 * @param {MediaStreamTrack} track
 * @param {import('../../threads/remote.js').Remote} worker
 * @param {boolean} canRead whether the Worker can read tracks
 * @param {(error: any) => void} fail
 */
function send(stream, track, worker, canRead, fail) {
  const Source = /** @type {any} */ (globalThis).MediaStreamTrackProcessor;
  if (Source) {
    const own = track.clone(); // the track can be read elsewhere, too
    const { readable } = new Source({ track: own, maxBufferSize: 1 });
    worker.call('watch', [readable], [readable]).catch(fail);
    return () => own.stop();
  }
  if (canRead) {
    const own = /** @type {any} */ (track.clone());
    worker.call('watchTrack', [own], [own]).catch(fail);
    return () => {};
  }
  return sendFromVideo(stream, worker);
}

/**
 * @param {MediaStream} stream
 * @param {import('../../threads/remote.js').Remote} worker
 */
function sendFromVideo(stream, worker) {
  const video = document.createElement('video');
  video.muted = video.playsInline = true;
  video.srcObject = stream;
  let isOver = false;
  const next = async () => {
    try {
      if (typeof VideoFrame === 'function') {
        const frame = new VideoFrame(video);
        await worker.call('see', [frame], [frame]);
      } else {
        const bitmap = await createImageBitmap(video, { resizeWidth: bitmapWidth });
        await worker.call('seeBitmap', [bitmap], [bitmap]);
      }
    } catch {
      // A frame that cannot be read, for example while the camera changes its size: the next one will do.
    }
    if (!isOver) video.requestVideoFrameCallback(next);
  };
  video.requestVideoFrameCallback(next);
  video.play().catch(() => {}); // refused if the page is closed meanwhile
  return () => {
    isOver = true;
    video.srcObject = null;
  };
}
