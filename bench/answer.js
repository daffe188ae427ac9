// Wraps a bench module in one function that answers requests; both are plain objects that can be sent as JSON.

/**
 * @typedef {object} BenchModule
 * @property {() => any} list what can be run: { version, flags, workloads: [{ name, unit }] }
 * @property {(workload: string) => any} setup everything that is not timed: { unitsPerRun }
 * @property {(workload: string, runs: number) => any} run { milliseconds, checksum, ok }, timed by performance.now()
 * @property {(workload: string) => any} [release] frees what setup allocated
 */

/**
 * The answer to { do: 'list' | 'setup' | 'run' | 'release', workload, runs }; a failure becomes { error }.
 * @param {BenchModule} module
 * @param {{ do: string, workload?: string, runs?: number }} request
 */
export async function answer(module, { do: action, workload = '', runs = 1 }) {
  try {
    if (action === 'list') return await module.list();
    if (action === 'setup') return await module.setup(workload);
    if (action === 'run') return await module.run(workload, runs);
    if (action === 'release') return (await module.release?.(workload)) ?? {};
    throw new Error(`do is ${action}; allowed: list, setup, run, release`);
  } catch (error) {
    return { error: String(/** @type {Error} */ (error)?.message ?? error) };
  }
}
