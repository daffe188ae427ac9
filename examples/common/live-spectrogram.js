import { createSpectrumNode, Spectrogram } from '../../js/index.js';

/** Draws what a node plays, on a canvas of any size. @param {AudioNode} node @param {HTMLCanvasElement} canvas */
export async function drawLive(node, canvas) {
  const spectrum = await createSpectrumNode(node.context, { size: 2048, hop: 512 });
  node.connect(spectrum);
  let picture;
  const begin = () => {
    const colours = getComputedStyle(canvas).getPropertyValue('--ramp').split(/,\s*/);
    picture = new Spectrogram(canvas, { sampleRate: node.context.sampleRate, minFrequency: 50, colours });
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', begin);
  begin();
  spectrum.addEventListener('frame', () => {
    if (fit(canvas)) picture.draw(spectrum.frame.decibels);
  });
}

/** Fits the canvas to the pixels of the screen; returns whether it has any. */
function fit(canvas) {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((side) => Math.round(side * devicePixelRatio));
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  return width > 0 && height > 0;
}
