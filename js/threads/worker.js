// The script of the Workers and worker_threads that run long tasks, which the build bundles into dist/worker.js. Each runs
// one task.

import { lead } from '../training/lead.js';
import { follow } from '../training/member.js';
import { serveTasks } from './serve-tasks.js';
import { fold, generate, reconstruct } from './tasks.js';

/** @type {import('./serve-tasks.js').Task} */
const train = (core, request, page) =>
  request.seat.part === 0 ? lead(core, request, page) : follow(core, request.seat);

serveTasks({ fold, generate, reconstruct, train });
