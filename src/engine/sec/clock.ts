/** The second that it is for the machine; SEC knows no finer time. */
export interface Clock {
  /** Seconds since the epoch. */
  now: number;
  /** The second of the last housekeeping; undefined: nothing has come yet. */
  kept: number | undefined;
  /** The second of the first input: SEC makes its internal contexts then. */
  begun: number;
}
