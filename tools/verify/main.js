// lodestone-verify as WebAssembly in Node: npm run verify -- FILE...

import { runProgram } from '../../js/cli/program.js';

runProgram(new URL('../../build/wasm/lodestone-verify.wasm', import.meta.url));
