// One generator node together with a busy page and a training worker: does the device ever have to wait?
import { chart, listenInTurns, moreUnderruns, table } from './glitches.js';
import { models } from './model-addresses.js';

export const title = 'Underruns: one node, a busy page, training in a Worker';

/** @param {import('../experiments.js').ExperimentOptions} options @returns {Promise<import('../types.d.ts').Findings>} */
export async function run(options) {
  const play = { model: models.quality, count: 1, players: { window: { lookAhead: 3 } }, busy: true, seconds: 300 };
  const all = await listenInTurns(play, options);
  return {
    text: [
      'The bundled quality model (window mode, look-ahead 3, 4 iterations) and an empty processor, each in its own context, alternate in slots of 15 s, plus half a second to settle. The page’s main thread draws and computes for four fifths of every frame, and Magnet.train runs in a Worker.',
      '“By the context” is AudioContext.playbackStats, in Chromium only. “By the clock” compares the context’s time with the system clock in a processor before the destination: each time the device has to wait, the context falls behind permanently, by at least 2 ms.',
    ],
    charts: [chart('Time lost, one node and an empty processor', all)],
    tables: [table(all)],
    estimates: moreUnderruns(all),
  };
}
