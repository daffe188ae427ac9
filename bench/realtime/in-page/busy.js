// In the page: keeps its main thread busy for four fifths of the time, drawing.

const share = 0.8;
const frame = 1000 / 60;

/** A picture that keeps changing. @param {CanvasRenderingContext2D} picture @param {number} now */
function draw(picture, now) {
  const { width, height } = picture.canvas;
  picture.drawImage(picture.canvas, -1, 0);
  picture.fillStyle = `hsl(${(now / 10) % 360} 70% 50%)`;
  picture.fillRect(width - 1, 0, 1, (height * (1 + Math.sin(now / 300))) / 2);
}

/** Draws before each frame and computes until four fifths of it are over. */
export function keepBusy() {
  const canvas = document.body.appendChild(document.createElement('canvas'));
  const picture = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  let stopped = false;
  let spent = 0;
  let since = performance.now();
  const work = () => {
    if (stopped) return;
    const start = performance.now();
    draw(picture, start);
    while (performance.now() < start + share * frame);
    spent += performance.now() - start;
    requestAnimationFrame(work);
  };
  requestAnimationFrame(work);
  return {
    /** The busy share of the time since the last query. */
    share() {
      const now = performance.now();
      const result = spent / (now - since);
      [spent, since] = [0, now];
      return result;
    },
    stop() {
      stopped = true;
      canvas.remove();
    },
  };
}
