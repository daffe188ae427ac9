const [aftertouch, controller, channelPressure, bend] = [0xa0, 0xb0, 0xd0, 0xe0];

/**
 * MIDI from any connected device, on any channel: controllers and aftertouch (0 to 1), pitch bend (-1 to 1).
 * @param {any} access from `navigator.requestMIDIAccess()`
 * @param {number[]} [controllers] their numbers; default modulation, breath, volume, pan, expression, sustain, brightness
 * @param {string} [name]
 * @returns {import('../input.js').Input}
 */
export function midi(access, controllers = [1, 2, 7, 10, 11, 64, 74], name = 'midi') {
  return {
    name,
    names: [...controllers.map((number) => `controller${number}`), 'bend', 'aftertouch'],
    start({ write, lost }) {
      const values = new Float32Array(controllers.length + 2);
      const receive = (/** @type {{data: Uint8Array}} */ { data: [status, first, second] }) => {
        const kind = status & 0xf0;
        let place = controllers.length + 1;
        let value = kind === channelPressure ? first / 127 : second / 127;
        if (kind === controller) place = controllers.indexOf(first);
        else if (kind === bend) [place, value] = [controllers.length, (first + 128 * second) / 8192 - 1];
        else if (kind !== aftertouch && kind !== channelPressure) return;
        if (place < 0) return;
        values[place] = value;
        write(values);
      };
      const listen = () => {
        let count = 0;
        for (const input of access.inputs.values()) {
          if (input.state !== 'connected') continue;
          input.onmidimessage = receive;
          ++count;
        }
        lost(count === 0);
      };
      write(values);
      listen();
      access.addEventListener('statechange', listen);
      return () => {
        access.removeEventListener('statechange', listen);
        for (const input of access.inputs.values()) input.onmidimessage = null;
      };
    },
  };
}
