// Runs experiments one after another.
import { within } from '../scripts/browsers.js';
import { progress } from './progress.js';

/**
 * @import { Findings, Report } from './types.d.ts'
 * @typedef {{ quick: boolean, signal: AbortSignal, log: (text: string) => void }} ExperimentOptions
 * @typedef {{ title: string, run: (options: ExperimentOptions) => Promise<Findings | undefined> }} Experiment
 */

/** In ms: nobody watches a quick run, so an experiment that waits for something that never comes ends. */
const longestQuick = 300000;

/**
 * Findings and errors both go into the report; after an error the next experiment runs.
 * @param {string[]} names
 * @param {(name: string) => Promise<Experiment>} load
 * @param {{ quick: boolean, signal: AbortSignal, peers?: boolean }} options handed to each
 * @param {Report} report
 */
export async function runExperiments(names, load, options, report) {
  for (const name of names) {
    options.signal.throwIfAborted();
    progress(`experiment: ${name}`);
    try {
      const { title, run } = await load(name);
      const found = run({ ...options, log: (text) => progress(`experiment: ${name}: ${text}`) });
      const findings = await (options.quick ? within(found, 'its end', longestQuick) : found);
      if (findings) report.experiments[name] = { title, ...findings };
    } catch (error) {
      options.signal.throwIfAborted();
      report.missing.push({ name: `experiment ${name}`, why: /** @type {Error} */ (error).message });
    }
  }
}
