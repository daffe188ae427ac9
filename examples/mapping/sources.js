// What movement can come from: a title for each input, and what opens it after a click.
import { camera, features, gamepad, keys, midi, motion } from '../../js/mapping/index.js';
import { openMicrophone } from '../common/microphone.js';
import { Advice } from '../common/words.js';

const cameraAdvices = {
  NotAllowedError: 'The browser blocks the camera on this page. Allow it next to the address bar, then try again.',
  NotFoundError: 'No camera was found. Connect one, then try again.',
  NotReadableError: 'Another program is using the camera. Close it, then try again.',
};

async function openCamera() {
  if (!navigator.mediaDevices) throw new Advice('Browsers allow the camera only on secure pages: https or localhost.');
  const wanted = { video: { width: 320, height: 240, frameRate: { ideal: 60 } } };
  return navigator.mediaDevices.getUserMedia(wanted).catch((error) => {
    throw error.name in cameraAdvices ? new Advice(cameraAdvices[error.name]) : error;
  });
}

async function openMidi() {
  if (!navigator.requestMIDIAccess) throw new Advice('This browser has no MIDI.');
  return midi(await navigator.requestMIDIAccess());
}

const ended = (stream) => () => stream.getTracks().forEach((track) => track.stop());

/** Each opens to `{ input, close }`. */
export const sources = {
  keys: { title: 'Keys A to L', open: async () => ({ input: keys() }) },
  microphone: {
    title: 'Microphone',
    open: async () => {
      const stream = await openMicrophone();
      return { input: features(stream, ['rms', 'centroid', 'flatness', 'mfcc']), close: ended(stream) };
    },
  },
  camera: {
    title: 'Camera',
    open: async () => {
      const stream = await openCamera();
      return { input: camera(stream, { grid: [8, 6] }), close: ended(stream) };
    },
  },
  gamepad: { title: 'Gamepad', open: async () => ({ input: gamepad(0) }) },
  midi: { title: 'MIDI', open: async () => ({ input: await openMidi() }) },
  motion: { title: 'Phone sensors', open: async () => ({ input: motion() }) },
};
