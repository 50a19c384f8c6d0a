/** The places on a line's way at which a test may end the process as a power cut would. */
export const crashPoints = [
  'read',
  'scanned',
  'parsed',
  'stepped',
  'decided',
  'rendered',
  'before-commit',
  'during-commit',
  'after-commit',
  'before-acknowledge',
  'before-attempt',
  'during-attempt',
  'after-attempt',
  'before-settle',
  'settled',
  'before-settle-commit',
  'after-settle-commit',
  'before-checkpoint',
  'during-checkpoint',
  'after-checkpoint',
  'rotated',
  'before-reload',
  'during-reload',
  'after-reload',
  'restored',
  'stopping',
] as const;

/** Likewise on the way of what a rule wants done in the world. */
export const intentPoints = [
  'before-intent',
  'during-intent',
  'after-intent',
  'before-intent-settle',
  'intent-settled',
  'resumed',
] as const;

export type CrashPoint = (typeof crashPoints)[number] | (typeof intentPoints)[number];

/** Reaching a point: kills the process when it is the chosen one, else does nothing. */
export type Reach = (point: CrashPoint) => void;

/**
 * Reads `BIRD_SENTINEL_CRASH_AT=point` or `point:3` (the third time it is reached). An unknown point is
 * an error, and so is the variable where `NODE_ENV` says production.
 */
export function crashAt(env: NodeJS.ProcessEnv): Reach {
  const chosen = env['BIRD_SENTINEL_CRASH_AT'];
  if (chosen === undefined || chosen === '') return () => undefined;
  if (env['NODE_ENV'] === 'production') throw new Error('BIRD_SENTINEL_CRASH_AT is refused in production');
  const [point, times = '1'] = chosen.split(':');
  const all: readonly string[] = [...crashPoints, ...intentPoints];
  if (!all.some((known) => known === point)) {
    throw new Error(`BIRD_SENTINEL_CRASH_AT: unknown point '${point}', known: ${all.join(' ')}`);
  }
  let left = Number(times);
  return (reached) => {
    if (reached === point && --left === 0) process.kill(process.pid, 'SIGKILL');
  };
}
