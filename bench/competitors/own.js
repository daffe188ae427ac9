// Our own core, natively and in WebAssembly.
import { fileURLToPath } from 'node:url';
import { browserCompetitor } from './browser.js';
import { nodeCompetitor } from './node.js';
import { processCompetitor } from './process.js';

const program = fileURLToPath(new URL('../../build/native/lodestone-bench', import.meta.url));
const module = '/bench/module.js';

/** All of them; `native` with the widest vectors of the machine, `native-4` with 128-bit vectors, as WebAssembly has. */
export function ownCompetitors() {
  return [
    processCompetitor('native', program, ['--serve']),
    processCompetitor('native-4', program, ['--serve'], { LODESTONE_LANES: '4' }),
    nodeCompetitor('node', new URL('../module.js', import.meta.url)),
    browserCompetitor('chromium', { browser: 'chromium', module }),
    browserCompetitor('chromium-worker', { browser: 'chromium', worker: true, module }),
    browserCompetitor('firefox', { browser: 'firefox', module }),
    browserCompetitor('firefox-worker', { browser: 'firefox', worker: true, module }),
  ];
}
