// Which workloads run together, in which order and for how long.

/**
 * @import { Competitor, Description } from './competitors/competitor.js'
 * @typedef {{ competitor: Competitor, description: Description }} Started
 * @typedef {{ competitor: Competitor, workload: Description['workloads'][number] }} Entry
 * @typedef {{ name: string, weight: number, entries: Entry[] }} Group
 */

// The workloads that have targets run first and get more time. Slow libraries are among their competitors: the time that these
// take beyond their share is then spread over all other workloads.
const headline = [
  'train-step/A',
  'generate-window/A',
  'generate-stateful/A',
  'lws-batch/2048-512',
  'lws-online-10/2048-512',
  'phase-best/a',
  'phase-best/b',
  'phase-best/d',
  'stft-magnitudes/2048-512',
  'train-step/B',
];
const headlineWeight = 3;

/** Workloads whose times are compared with those of another, so the two must alternate. */
const together = new Map([['pffft-only/2048-512', 'stft-magnitudes/2048-512']]);

/**
 * A group for each workload, with all competitors that run it.
 * @param {Started[]} started
 * @param {string} only part of the names of workloads; '' for all
 * @returns {Group[]}
 */
export function plan(started, only) {
  /** @type {Map<string, Entry[]>} */
  const groups = new Map(headline.map((name) => [name, []]));
  for (const { competitor, description } of started) {
    for (const workload of description.workloads) {
      const name = together.get(workload.name) ?? workload.name;
      if (!name.includes(only) && !workload.name.includes(only)) continue;
      const entries = groups.get(name) ?? [];
      groups.set(name, [...entries, { competitor, workload }]);
    }
  }
  return [...groups]
    .filter(([, entries]) => entries.length > 0)
    .map(([name, entries]) => ({ name, entries, weight: headline.includes(name) ? headlineWeight : 1 }));
}

/**
 * Milliseconds for the first of the remaining groups, so that all finish in time.
 * @param {Group[]} left
 * @param {number} milliseconds until the end
 */
export function share(left, milliseconds) {
  const cost = (/** @type {Group} */ { entries, weight }) => entries.length * weight;
  const total = left.reduce((sum, group) => sum + cost(group), 0);
  return Math.max(0, (milliseconds * cost(left[0])) / total);
}
