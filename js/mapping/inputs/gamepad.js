/** How often a gamepad is read, in ms: it has no events. */
const interval = 8;
const [axes, buttons] = [4, 17]; // of the standard layout

/**
 * A gamepad: 4 axes (-1 to 1) and 17 buttons (0 to 1).
 * @param {number} [index] which of the connected gamepads
 * @param {string} [name]
 * @returns {import('../input.js').Input}
 */
export function gamepad(index = 0, name = 'gamepad') {
  const list = (/** @type {string} */ kind, /** @type {number} */ count) =>
    Array.from({ length: count }, (_, i) => `${kind}${i}`);
  return {
    name,
    names: [...list('axis', axes), ...list('button', buttons)],
    start({ write, lost }) {
      const values = new Float32Array(axes + buttons);
      const poll = () => {
        const pad = navigator.getGamepads()[index];
        lost(!pad?.connected);
        if (!pad?.connected) return;
        for (let i = 0; i < axes; ++i) values[i] = pad.axes[i] ?? 0;
        for (let i = 0; i < buttons; ++i) values[axes + i] = pad.buttons[i]?.value ?? 0;
        write(values);
      };
      const timer = setInterval(poll, interval);
      return () => clearInterval(timer);
    },
  };
}
