/** What came of a case, in the oracle's form: one line a happening, with the virtual second. */
export interface Trace {
  /** Text written to standard output; each line of it counts when its newline comes. */
  out(text: string): void;
  say(kind: string, text: string): void;
  /** A line without a time. */
  raw(line: string): void;
  /** Says what of standard output is left without a newline. */
  flush(): void;
  text(): string;
}

/** `now` tells the virtual second. */
export function createTrace(now: () => number): Trace {
  const lines: string[] = [];
  let partial = '';
  const put = (kind: string, text: string): void => {
    lines.push(`@${String(now())} ${kind} ${text}`);
  };
  return {
    say: put,
    out(text) {
      const whole = (partial + text).split('\n');
      partial = whole.pop() ?? '';
      for (const line of whole) put('OUT', line);
    },
    raw: (line) => void lines.push(line),
    flush() {
      if (partial !== '') put('OUT(no newline)', partial);
      partial = '';
    },
    text: () => lines.map((line) => `${line}\n`).join(''),
  };
}
