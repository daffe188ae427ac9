// Two rows of keys: positions in the training sound, and notes.
import { showKeys } from './keys.js';

const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'];

/**
 * Ten keys for ten positions in the training sound.
 * @param {HTMLElement} root
 * @param {(position: number) => void} play
 * @param {() => boolean} listening whether the computer keyboard plays
 */
export function showPositions(root, play, listening) {
  const keys = digits.map((digit, i) => ({ code: `Digit${digit}`, text: digit, label: `Position ${i / 10}` }));
  showKeys(root, keys, (index) => play(index / 10), listening);
}

const letters = 'AWSEDFTGYHUJKOLP;';
const whites = [0, 2, 4, 5, 7, 9, 11];

/** The number of white keys to the left of this semitone. */
const whitesBefore = (semitones) =>
  7 * Math.floor(semitones / 12) + whites.filter((white) => white < semitones % 12).length;

function note(letter, semitones) {
  const dress = (key) => {
    key.style.setProperty('--white', whitesBefore(semitones));
    key.classList.toggle('black', !whites.includes(semitones % 12));
  };
  const code = letter === ';' ? 'Semicolon' : `Key${letter}`;
  const label = semitones === 0 ? 'Original pitch' : `${semitones} semitone${semitones > 1 ? 's' : ''} up`;
  return { code, text: letter, label, dress };
}

/**
 * Seventeen keys. The leftmost plays the original pitch.
 * @param {HTMLElement} root
 * @param {(semitones: number) => void} play
 * @param {() => boolean} listening whether the computer keyboard plays
 */
export function showPiano(root, play, listening) {
  showKeys(root, [...letters].map(note), play, listening);
}
