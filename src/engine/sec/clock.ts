/** The second that it is for the machine; SEC knows no finer time. */
export interface Clock {
  /** Seconds since the epoch. */
  now: number;
  /** The second of the last housekeeping; undefined: nothing has come yet. */
  kept: number | undefined;
}
