// A camera and a microphone for the tests, without devices.
import { writeFile } from 'node:fs/promises';

export const [width, height] = [320, 240];
const [rate, seconds] = [30, 3];

/**
 * Writes a film: a bright square, for 3 s on the left, then for 3 s on the right.
 * @param {string} path of a y4m file, which Chromium plays in a loop
 */
export async function writeFilm(path) {
  const frame = (left) => {
    const luma = Buffer.alloc(width * height, 30);
    for (let y = 90; y < 150; ++y) luma.fill(220, y * width + left, y * width + left + 60);
    return Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((width * height) / 2, 128)]);
  };
  const frames = [20, 240].flatMap((left) => Array(rate * seconds).fill(frame(left)));
  await writeFile(
    path,
    Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F${rate}:1 Ip A1:1 C420jpeg\n`), ...frames]),
  );
}

/** Chromium's flags for devices that are always allowed, with this film. */
export const fakeDevices = (/** @type {string} */ film) => [
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  `--use-file-for-fake-video-capture=${film}`,
];

/** Firefox's preferences for the same; its camera shows one colour after another. */
export const fakePreferences = { 'media.navigator.streams.fake': true, 'media.navigator.permission.disabled': true };
