// The unprocessed microphone: what makes speech clearer on the phone would distort a musical input.
import { Advice } from './words.js';

const untouched = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

const advices = {
  NotAllowedError: 'The browser blocks the microphone on this page. Allow it next to the address bar, then try again.',
  NotFoundError: 'No microphone was found. Connect one, then try again.',
  NotReadableError: 'Another program is using the microphone. Close it, then try again.',
};

/** @returns {Promise<MediaStream>} */
export async function openMicrophone() {
  if (!navigator.mediaDevices) {
    throw new Advice(
      'Browsers allow the microphone only on secure pages. Open this page with https or from localhost.',
    );
  }
  return navigator.mediaDevices.getUserMedia({ audio: untouched }).catch((error) => {
    throw error.name in advices ? new Advice(advices[error.name]) : error;
  });
}
