// A competitor is anything that answers requests: a process, a page, a Worker.

/** @typedef {{ version: string, flags: string, workloads: { name: string, unit: string }[] }} Description */
/** @typedef {{ milliseconds: number, checksum: number, ok: boolean }} Sample */

/**
 * @typedef {object} Competitor
 * @property {string} name e.g. chromium-worker
 * @property {() => Promise<Description>} start rejects with what is missing if it cannot start
 * @property {(workload: string) => Promise<{ unitsPerRun: number }>} setup everything that is not timed
 * @property {(workload: string, runs: number) => Promise<Sample>} run times this many runs together, by its own clock
 * @property {(workload: string) => Promise<void>} release frees what setup allocated
 * @property {() => Promise<void>} stop
 */

/** @typedef {(request: object) => Promise<any>} Ask */
/** @typedef {{ ask: Ask, close: () => Promise<void>, version?: string, flags?: string }} Connection */

/**
 * @param {string} name
 * @param {() => Promise<Connection>} connect
 * @returns {Competitor}
 */
export function competitor(name, connect) {
  /** @type {Connection | undefined} */
  let connection;

  /** @param {object} request */
  async function ask(request) {
    if (!connection) throw new Error(`${name} has not been started`);
    const reply = await connection.ask(request);
    if (reply.error !== undefined) throw new Error(`${name}: ${reply.error}`);
    return reply;
  }

  async function stop() {
    await connection?.close();
    connection = undefined;
  }

  return {
    name,
    async start() {
      connection = await connect();
      try {
        const { version, flags, workloads } = await ask({ do: 'list' });
        const joined = (/** @type {(string | undefined)[]} */ ...parts) => parts.filter(Boolean).join(', ');
        return { version: joined(connection.version, version), flags: joined(connection.flags, flags), workloads };
      } catch (error) {
        await stop();
        throw error;
      }
    },
    setup: (workload) => ask({ do: 'setup', workload }),
    run: (workload, runs) => ask({ do: 'run', workload, runs }),
    release: async (workload) => void (await ask({ do: 'release', workload })),
    stop,
  };
}
