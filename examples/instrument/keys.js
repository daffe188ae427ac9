// Keys on the screen, played with the pointer, with arrow keys and Enter, or with keys of the computer keyboard.

/**
 * @typedef {object} Key
 * @property {string} code of the computer key, as in KeyboardEvent.code
 * @property {string} text
 * @property {string} label
 * @property {(key: HTMLElement) => void} [dress] sets its position and colour
 */

const typing = (target) => target.matches('select, textarea, input:not([type=range], [type=radio], [type=checkbox])');

/**
 * Fills `root` with keys. Together they are one tab stop; arrow keys move between them.
 * @param {HTMLElement} root
 * @param {Key[]} keys
 * @param {(index: number) => void} press
 * @param {() => boolean} listening whether the computer keyboard plays
 */
export function showKeys(root, keys, press, listening) {
  const buttons = keys.map(({ text, label, dress }) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = text;
    button.setAttribute('aria-label', label);
    button.tabIndex = -1;
    dress?.(button);
    return button;
  });
  root.append(...buttons);
  buttons[0].tabIndex = 0;
  const down = (index, on) => buttons[index].classList.toggle('down', on);
  const strike = (index) => {
    down(index, true);
    press(index);
  };
  buttons.forEach((button, index) =>
    followPointer(
      button,
      () => strike(index),
      () => down(index, false),
    ),
  );
  buttons.forEach((button, index) => {
    button.addEventListener('click', ({ detail }) => detail === 0 && press(index)); // from Enter or a screen reader
  });
  moveByArrows(root, buttons);
  const indexOf = ({ code }) => keys.findIndex((key) => key.code === code);
  document.addEventListener('keydown', (event) => {
    const index = indexOf(event);
    if (index < 0 || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (listening() && !typing(event.target)) strike(index);
  });
  document.addEventListener('keyup', (event) => {
    if (indexOf(event) >= 0) down(indexOf(event), false);
  });
}

/** Strikes when the pointer is pressed on a key or glides onto it, like a finger along a piano. */
function followPointer(button, strike, release) {
  button.addEventListener('pointerdown', (event) => {
    button.releasePointerCapture(event.pointerId); // touch captures the pointer, so it could not glide
    strike();
  });
  button.addEventListener('pointerenter', ({ buttons }) => buttons & 1 && strike());
  for (const type of ['pointerup', 'pointerleave', 'pointercancel']) button.addEventListener(type, release);
}

function moveByArrows(root, buttons) {
  const steps = { ArrowLeft: -1, ArrowRight: 1 };
  root.addEventListener('keydown', (event) => {
    if (!(event.key in steps)) return;
    event.preventDefault();
    const from = buttons.indexOf(document.activeElement);
    const to = Math.min(Math.max(from + steps[event.key], 0), buttons.length - 1);
    [buttons[from].tabIndex, buttons[to].tabIndex] = [-1, 0];
    buttons[to].focus();
  });
}
