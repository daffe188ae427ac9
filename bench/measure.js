// The measuring plan: competitors alternate, each sample is long enough for its clock, and all samples are kept.

/**
 * @import { Competitor, Description } from './competitors/competitor.js'
 * @import { Series } from './types.d.ts'
 * @typedef {Description['workloads'][number]} Workload
 */

/** Minimum duration of a sample in ms: a thousand ticks of the coarsest clock (Firefox's, when isolated). */
export const longEnough = 10;

/** One competitor at one workload. */
class Turn {
  #competitor;
  #workload;
  #runs = 1;
  /** Milliseconds of all turns so far, and of the latest, including what the competitor's own clock does not see. */
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

  /** Any failure ends this competitor's turns and is recorded in its series. @param {() => Promise<void>} task */
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
 * Samples a group of competitors alternately: A B A B. All get the same time; one with long samples gets fewer turns, spread over the
 * others', but at least `fewest`. One that fails is left out from then on.
 * @param {{ competitor: Competitor, workload: Workload }[]} group
 * @param {{ budget: number, fewest: number, now: () => number, signal: AbortSignal }} options budget: milliseconds for all
 *   together, exceeded only for the sake of `fewest`; now: a monotonic clock in ms, from which the samples' starts are taken
 * @returns {Promise<Series[]>} in the group's order
 */
export async function measure(group, { budget, fewest, now, signal }) {
  const turns = group.map(({ competitor, workload }) => new Turn(competitor, workload));
  const running = () => turns.filter(({ series }) => series.ok);
  /** Milliseconds as a share of a competitor's time. @param {Turn} turn @param {number} milliseconds */
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
 * Who takes part in the next round: those that have used no larger share of their time than the mean; nobody when it is used up. Half a
 * sample of grace keeps competitors of similar speed in step.
 * @param {Turn[]} turns
 * @param {(turn: Turn, milliseconds: number) => number} part
 */
function behind(turns, part) {
  const mean = turns.reduce((sum, turn) => sum + part(turn, turn.spent), 0) / turns.length;
  return mean < 1 - 1e-9 ? turns.filter((turn) => part(turn, turn.spent - turn.latest / 2) <= mean) : [];
}
