// Where a series of times becomes steady, if it does. The method follows Barrett, Bolz-Tereick, Killick, Mount and Tratt,
// "Virtual Machine Warmup Blows Hot and Cold" (OOPSLA 2017): segments between change points, with those of the same level
// combined, and the honest answer that there may be no steady state.
import { changePoints } from './change-points.js';
import { medianOf } from './statistics.js';

const fewest = 8; // minimum number of times for a verdict
const leastShare = 1 / 3; // of all times that a steady state must last
const interruptions = 0.1; // share of the steady times that may be in other segments: garbage collection, other programs
const alike = 0.02; // levels closer than this count as equal, however small the noise

/** Half the width of the band that holds two thirds of normal noise, from the distances of the times to their segments' medians. */
function noise(/** @type {number[][]} */ segments) {
  const distances = segments.flatMap((segment) => {
    const level = medianOf(segment);
    return segment.map((value) => Math.abs(value - level));
  });
  return 1.4826 * medianOf(distances);
}

/**
 * Segments are of the steady level when their median is within 2 % or one standard deviation of the noise of the last third's median.
 * The steady state begins with the first of them from which on nine in ten times are in such segments.
 * @param {number[]} times per run, in order
 * @returns {{ from: number | null, reason: string }} the index of the first steady time
 */
export function steadyState(times) {
  if (times.length < fewest) return { from: null, reason: `only ${times.length} samples` };
  const bounds = [0, ...changePoints(times), times.length];
  const segments = bounds.slice(1).map((end, i) => times.slice(bounds[i], end));
  const level = medianOf(times.slice(Math.floor((2 * times.length) / 3)));
  const tolerance = Math.max(alike * level, noise(segments));
  const apart = segments.map((segment) => Math.abs(medianOf(segment) - level) > tolerance);
  const isSteady = (/** @type {number} */ first) => {
    const outside = segments.reduce((sum, { length }, i) => sum + (i >= first && apart[i] ? length : 0), 0);
    return !apart[first] && outside <= interruptions * (times.length - bounds[first]);
  };
  const from = bounds[segments.findIndex((_, i) => isSteady(i))];
  if (from === undefined) return { from: null, reason: 'the level keeps changing' };
  if (times.length - from < leastShare * times.length) return { from: null, reason: 'a late change' };
  return { from, reason: from === 0 ? 'steady from the start' : 'changes found and left behind' };
}
