/** What came of a case, in the oracle's form: one line a happening, with the virtual second. */
export interface Trace {
  /** Text written to standard output; each line of it counts when its newline comes. */
  out(text: string): void;
  say(kind: string, text: string): void;
  /** From now on standard output counts only when something else is said, or at the release. */
  hold(): void;
  release(): void;
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
  let held: string | undefined;
  const put = (kind: string, text: string): void => {
    lines.push(`@${String(now())} ${kind} ${text}`);
  };
  const release = (): void => {
    const text = held ?? '';
    held = undefined;
    show(text);
  };
  const show = (text: string): void => {
    const whole = (partial + text).split('\n');
    partial = whole.pop() ?? '';
    for (const line of whole) put('OUT', line);
  };
  return {
    say(kind, text) {
      if (held !== undefined) {
        release();
        held = '';
      }
      put(kind, text);
    },
    out(text) {
      if (held === undefined) show(text);
      else held += text;
    },
    hold: () => void (held ??= ''),
    release,
    raw: (line) => void lines.push(line),
    flush() {
      release();
      if (partial !== '') put('OUT(no newline)', partial);
      partial = '';
    },
    text: () => lines.map((line) => `${line}\n`).join(''),
  };
}
