/** Without events for this long, in ms, the sensors are lost. */
const patience = 1000;

/**
 * A phone's sensors: acceleration with gravity (m/s²), rotation (degrees per second), and orientation, with the direction
 * as cosine and sine, because its degrees jump from 360 to 0. iOS asks for permission, so call this from a click.
 * @param {string} [name]
 * @returns {import('../input.js').Input}
 */
export function motion(name = 'motion') {
  const asking = [globalThis.DeviceMotionEvent, globalThis.DeviceOrientationEvent].map((kind) =>
    /** @type {any} */ (kind)?.requestPermission?.(),
  );
  const permitted = Promise.all(asking).then((answers) => answers.every((answer) => answer !== 'denied'));
  permitted.catch(() => {});
  return {
    name,
    names: ['x', 'y', 'z', 'turnX', 'turnY', 'turnZ', 'cosine', 'sine', 'tilt', 'roll'],
    start({ write, lost }) {
      const values = new Float32Array(10);
      let seen = -Infinity;
      const put = (/** @type {number} */ at, /** @type {(number | null | undefined)[]} */ ...given) => {
        if (given.some((value) => value === null || value === undefined)) return; // there is no such sensor
        values.set(/** @type {number[]} */ (given), at);
        seen = performance.now();
        lost(false);
        write(values);
      };
      const move = (/** @type {DeviceMotionEvent} */ { accelerationIncludingGravity: a, rotationRate: r }) => {
        put(0, a?.x, a?.y, a?.z);
        put(3, r?.beta, r?.gamma, r?.alpha);
      };
      const turn = (/** @type {DeviceOrientationEvent} */ { alpha, beta, gamma }) => {
        const angle = alpha === null ? null : (alpha * Math.PI) / 180;
        put(6, angle === null ? null : Math.cos(angle), angle === null ? null : Math.sin(angle), beta, gamma);
      };
      addEventListener('devicemotion', move);
      addEventListener('deviceorientation', turn);
      const timer = setInterval(() => performance.now() - seen > patience && lost(true), patience);
      permitted.then(
        (yes) => yes || lost(true),
        () => lost(true),
      );
      return () => {
        clearInterval(timer);
        removeEventListener('devicemotion', move);
        removeEventListener('deviceorientation', turn);
      };
    },
  };
}
