/** One thing that was looked at. `bad`: it keeps the program from its work; `note`: it may one day. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'note' | 'bad';
  readonly text: string;
  /** What to do about it. */
  readonly todo?: string;
}

/** Finds that nothing is wrong with it. */
export const fine = (check: string, text: string): Finding => ({ check, state: 'ok', text });

/** Finds what keeps the program from its work. */
export const bad = (check: string, text: string, todo: string): Finding => ({
  check,
  state: 'bad',
  text,
  todo,
});

/** Finds what is worth knowing. */
export const note = (check: string, text: string, todo: string): Finding => ({
  check,
  state: 'note',
  text,
  todo,
});

/** What checks may ask of the machine. */
export interface Bedside {
  /** The output of a program that ended with 0; undefined: it did not, or is not there. Never rejects. */
  readonly ask: (program: string, args: readonly string[]) => Promise<string | undefined>;
  /** The text of a small file, as of /proc; undefined: it cannot be read. */
  readonly read: (path: string) => string | undefined;
  /** The wall, in milliseconds since 1970. */
  readonly now: () => number;
}
