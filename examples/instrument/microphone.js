// The microphone as it is: what makes speech clearer on the telephone would bend a sound that is to steer another.
import { Advice } from '../common/words.js';

const untouched = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

const advices = {
  NotAllowedError: 'The browser keeps the microphone from this page. Allow it beside the address, then try again.',
  NotFoundError: 'There is no microphone. Connect one, then try again.',
  NotReadableError: 'The microphone is in use elsewhere. Close what uses it, then try again.',
};

/** @returns {Promise<MediaStream>} */
export async function openMicrophone() {
  if (!navigator.mediaDevices) {
    throw new Advice('Browsers give the microphone to safe pages only. Open this one by https, or from this computer.');
  }
  return navigator.mediaDevices.getUserMedia({ audio: untouched }).catch((error) => {
    throw error.name in advices ? new Advice(advices[error.name]) : error;
  });
}
