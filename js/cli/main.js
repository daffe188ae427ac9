#!/usr/bin/env node
// The command line.

import { runProgram } from './program.js';

runProgram(new URL('../../dist/lodestone-cli.wasm', import.meta.url));
