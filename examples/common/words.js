// Messages and numbers on the pages.
import { LodestoneError } from '../../js/index.js';

/** An error whose message tells the user what to do. */
export class Advice extends Error {}

/** The error as a sentence. */
export function advice(error) {
  if (error instanceof Advice) return error.message;
  if (error instanceof LodestoneError) return `${error.message[0].toUpperCase()}${error.message.slice(1)}.`;
  if (error.name === 'AbortError') return 'Stopped before there was a result.';
  console.error(error);
  return `Unexpected error: ${error.message}`;
}

export const counted = (count, thing) => `${count} ${thing}${count === 1 ? '' : 's'}`;

export const duration = (seconds) => {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
};

export const stem = (name) => name.replace(/\.[^.]*$/, '');

/** @param {import('../../js/model/magnet.js').TrainingProgress} progress */
export function trainingLine({ epoch, epochs, loss, secondsLeft }) {
  const left = Number.isFinite(secondsLeft) ? `${duration(secondsLeft)} left` : 'estimating the time left';
  return `Epoch ${epoch} of ${epochs} · loss ${loss.toPrecision(3)} · ${left}`;
}

/**
 * @param {number[]} losses of the finished epochs
 * @param {boolean} stopped
 */
export function trainingEnd(losses, stopped) {
  const loss = losses.length > 0 ? ` The loss is ${losses.at(-1).toPrecision(3)}.` : '';
  return `${stopped ? 'Stopped' : 'Done'} after ${counted(losses.length, 'epoch')}.${loss}`;
}
