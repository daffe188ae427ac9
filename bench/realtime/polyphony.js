// Sixteen generator nodes in one context, compared with sixteen empty processors.
import { chart, listenInTurns, moreUnderruns, table } from './glitches.js';
import { models } from './model-addresses.js';

export const title = 'Underruns: sixteen nodes';

/** @param {import('../experiments.js').ExperimentOptions} options @returns {Promise<import('../types.d.ts').Findings>} */
export async function run(options) {
  const play = {
    model: models.small,
    count: 16,
    players: { window: {}, stateful: { mode: 'stateful' } },
    busy: false,
    seconds: 60,
  };
  const all = await listenInTurns(play, options);
  return {
    text: [
      'Sixteen nodes of a 1×64 model (512/128, default options) in one context, sixteen in stateful mode in another, and sixteen empty processors in a third alternate as above, but the page does nothing else.',
    ],
    charts: [chart('Time lost, sixteen nodes and sixteen empty processors', all)],
    tables: [table(all)],
    estimates: moreUnderruns(all),
  };
}
