import type { Clock } from '../clock.ts';
import type { Operation } from '../operations.ts';

/** Whether a window is over: it holds its last second. */
export const isOver = ({ begin }: Operation, window: number, { now }: Clock): boolean => now - begin > window;

/** The second at which a window is found to be over. */
export const overAt = ({ begin }: Operation, window: number): number => begin + window + 1;

/** Forgets events before a second, and says how many are left. */
export function dropBefore(operation: Operation, second: number): number {
  const { times, members, tokens } = operation;
  const kept = times.findIndex((time) => time >= second);
  const gone = kept < 0 ? times.length : kept;
  times.splice(0, gone);
  members.splice(0, gone);
  tokens.splice(0, gone);
  return times.length;
}

/**
 * Moves a window that is over to the oldest event that still counts; false: there is none, and the window, as
 * its last list sees it, begins where it would have to.
 */
export function slide(operation: Operation, window: number, { now }: Clock): boolean {
  const left = dropBefore(operation, now - window);
  operation.begin = operation.times[0] ?? now - window;
  return left > 0;
}
