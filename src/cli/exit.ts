/** Exit codes (sysexits where they fit): what scripts and timers rely on. */
export const exit = {
  done: 0,
  /** Something failed, or a check found something. */
  failed: 1,
  usage: 2,
  /** Queued, not delivered yet. */
  queued: 75,
  notAuthorised: 77,
  badConfiguration: 78,
} as const;

export type ExitCode = (typeof exit)[keyof typeof exit];
