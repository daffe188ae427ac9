/** Without an event for this long, in ms, the pointer rests. */
const rest = 60;

/**
 * A mouse, pen or finger on an element: position (0 to 1), speed (widths of the element per second) and pressure (0 to 1).
 * For fingers the element needs `touch-action: none`.
 * @param {Element} element
 * @param {string} [name]
 * @returns {import('../input.js').Input}
 */
export function pointer(element, name = 'pointer') {
  return {
    name,
    names: ['x', 'y', 'speed', 'pressure'],
    start({ write }) {
      const values = new Float32Array([NaN, NaN, 0, 0]);
      /** @type {ReturnType<typeof setTimeout> | undefined} */
      let timer;
      let last = { x: NaN, y: NaN, time: 0 };
      const settle = () => {
        values[2] = 0;
        write(values);
      };
      const move = (/** @type {any} */ event) => {
        const { left, top, width, height } = element.getBoundingClientRect();
        let path = 0;
        let { x, y, time } = last;
        const events = event.getCoalescedEvents?.() ?? [];
        for (const { clientX, clientY, timeStamp } of events.length > 0 ? events : [event]) {
          path += Math.hypot(clientX - x, clientY - y) || 0;
          [x, y, time] = [clientX, clientY, timeStamp];
        }
        if (time > last.time) values[2] = (1000 * path) / width / (time - last.time);
        last = { x, y, time };
        values[0] = (x - left) / width;
        values[1] = (y - top) / height;
        values[3] = event.pressure;
        write(values);
        clearTimeout(timer);
        timer = setTimeout(settle, rest);
      };
      // Raw updates do not wait for the next picture.
      const moving = 'onpointerrawupdate' in element ? 'pointerrawupdate' : 'pointermove';
      const types = [moving, 'pointerdown', 'pointerup', 'pointercancel'];
      for (const type of types) element.addEventListener(type, move);
      return () => {
        clearTimeout(timer);
        for (const type of types) element.removeEventListener(type, move);
      };
    },
  };
}
