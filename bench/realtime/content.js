// The contents of the real-time report, in order.
import { absences, experimentSections, machineTable } from '../report/content.js';
import { targetsTable } from '../report/tables.js';

/**
 * @import { Report } from '../types.d.ts'
 * @import { Section } from '../report/content.js'
 */

/** @param {Report} report @returns {Section[]} */
export const realtimeContent = (report) => [
  { title: 'The figures', tables: [targetsTable(report.targets)] },
  { title: 'The machine', tables: [machineTable(report.machine)] },
  ...experimentSections(report),
  ...absences(report),
];
