// The measuring plan: competitors take turns, each sample long enough for its clock, every one kept.

/**
 * @import { Competitor, Description } from './competitors/competitor.js'
 * @import { Series } from './types.d.ts'
 * @typedef {Description['workloads'][number]} Workload
 */

/** Milliseconds that a sample should take at least: a thousand steps of the coarsest clock here (Firefox's, isolated). */
export const longEnough = 10;

/** One competitor at one workload. */
class Turn {
  #competitor;
  #workload;
  #runs = 1;
  /** Milliseconds of its turns so far, and of the latest, what the competitor's own clock does not see included. */
  spent = 0;
  latest = 0;
  /** @type {Series} */
  series;

  /** @param {Competitor} competitor @param {Workload} workload */
  constructor(competitor, { name, unit }) {
    this.#competitor = competitor;
    this.#workload = name;
    this.series = {
      workload: name,
      competitor: competitor.name,
      unit,
      unitsPerRun: 1,
      checksum: null,
      ok: true,
      samples: [],
    };
  }

  /** Whatever goes wrong ends this competitor's turns and stands in its series. @param {() => Promise<void>} task */
  async #guard(task) {
    try {
      await task();
    } catch (error) {
      this.series.ok = false;
      this.series.error = error instanceof Error ? error.message : String(error);
    }
  }

  setup = () =>
    this.#guard(async () => {
      const { unitsPerRun } = await this.#competitor.setup(this.#workload);
      this.series.unitsPerRun = unitsPerRun;
    });

  release = () => this.#guard(async () => this.#competitor.release(this.#workload));

  /** The first sample is one run, the first call; the number doubles as long as samples are too short. @param {() => number} now */
  sample(now) {
    return this.#guard(async () => {
      const start = now();
      const { milliseconds, checksum, ok } = await this.#competitor.run(this.#workload, this.#runs);
      this.series.samples.push([start, milliseconds, this.#runs]);
      this.series.checksum = checksum;
      if (!ok) throw new Error(`the checksum is wrong: ${checksum}`);
      if (milliseconds < longEnough) this.#runs *= 2;
      this.latest = now() - start;
      this.spent += this.latest;
    });
  }
}

/**
 * Samples a group of competitors in turns: A B A B. All get the same time; one whose samples are long has fewer turns, spread over the
 * others', but `fewest` at least. One that fails is left out from then on.
 * @param {{ competitor: Competitor, workload: Workload }[]} group
 * @param {{ budget: number, fewest: number, now: () => number, signal: AbortSignal }} options budget: milliseconds for all
 *   together, exceeded only for the sake of `fewest`; now: a monotonic clock in ms, from which the samples' starts are taken
 * @returns {Promise<Series[]>} in the group's order
 */
export async function measure(group, { budget, fewest, now, signal }) {
  const turns = group.map(({ competitor, workload }) => new Turn(competitor, workload));
  const running = () => turns.filter(({ series }) => series.ok);
  /** What part of a competitor's time so many milliseconds are. @param {Turn} turn @param {number} milliseconds */
  const part = ({ latest }, milliseconds) => milliseconds / Math.max(budget / turns.length, fewest * latest, 1);

  for (const turn of turns) {
    signal.throwIfAborted();
    await turn.setup();
  }
  for (let round = running(); round.length > 0; round = behind(running(), part)) {
    for (const turn of round) {
      signal.throwIfAborted();
      await turn.sample(now);
    }
  }
  for (const turn of running()) await turn.release();
  return turns.map(({ series }) => series);
}

/**
 * Who takes part in the next round: those that have had no larger part of their time than the mean, nobody when it is used up. Half a
 * sample of grace keeps competitors of like speed in step.
 * @param {Turn[]} turns
 * @param {(turn: Turn, milliseconds: number) => number} part
 */
function behind(turns, part) {
  const mean = turns.reduce((sum, turn) => sum + part(turn, turn.spent), 0) / turns.length;
  return mean < 1 - 1e-9 ? turns.filter((turn) => part(turn, turn.spent - turn.latest / 2) <= mean) : [];
}
