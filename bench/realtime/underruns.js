// One generator node beside a busy page and a worker that trains: is the device ever kept waiting?
import { chart, listenInTurns, moreUnderruns, table } from './glitches.js';
import { models } from './model-addresses.js';

export const title = 'Underruns: one node, a busy page, a worker that trains';

/** @param {import('../experiments.js').ExperimentOptions} options @returns {Promise<import('../types.d.ts').Findings>} */
export async function run(options) {
  const play = { model: models.quality, count: 1, players: { window: { lookAhead: 3 } }, busy: true, seconds: 300 };
  const all = await listenInTurns(play, options);
  return {
    text: [
      'The bundled quality model, window mode, look-ahead 3, 4 iterations, and an empty processor, in a context each, 15 s in turns and half a second more to settle. The page’s main thread draws and computes for four fifths of every frame, and Magnet.train runs in a worker.',
      'By the context: AudioContext.playbackStats, in Chromium. By the clock: a witness before the destination compares the context’s time with the clock’s; a device that has to wait falls behind for good, by 2 ms at least.',
    ],
    charts: [chart('Time lost, one node and an empty processor', all)],
    tables: [table(all)],
    estimates: moreUnderruns(all),
  };
}
