// MIDI: notes play, the modulation wheel moves the position.
import { Advice } from '../common/words.js';

const middleC = 60;
const noteOn = 0x90;
const controlChange = 0xb0;
const modulationWheel = 1;

/**
 * Listens to all MIDI inputs, including those connected later.
 * @param {{ note: (semitones: number) => void, wheel: (share: number) => void }} player semitones from middle C; share 0 to 1
 * @returns {Promise<() => string[]>} returns the names of the inputs
 */
export async function listenToMidi({ note, wheel }) {
  const access = await navigator.requestMIDIAccess().catch(() => {
    throw new Advice('The browser blocks MIDI on this page. Allow it next to the address bar, then try again.');
  });
  const heard = ({ data: [status, number, value] }) => {
    const kind = status & 0xf0;
    if (kind === noteOn && value > 0) note(number - middleC);
    if (kind === controlChange && number === modulationWheel) wheel(value / 127);
  };
  const listen = () => access.inputs.forEach((input) => (input.onmidimessage = heard));
  access.addEventListener('statechange', listen);
  listen();
  return () => [...access.inputs.values()].map(({ name }) => name);
}
