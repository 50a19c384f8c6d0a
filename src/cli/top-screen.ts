import { writeSync } from 'node:fs';
import { drawn, type Line } from './top-lines.ts';
import { createKeys, type Key } from './top-keys.ts';

/** A terminal that belongs to this program until it is left. */
export interface Screen {
  size(): { readonly rows: number; readonly columns: number };
  /** Shows these lines from the top, and nothing below them. */
  draw(lines: readonly Line[]): void;
  /** Gives the terminal to the shell until the program goes on. */
  suspend(): void;
  /** Gives the terminal back as it was. */
  leave(): void;
}

export interface ScreenPorts {
  readonly key: (key: Key) => void;
  readonly resized: () => void;
  /** A signal that ends programs came: the terminal is given back already. */
  readonly ended: (signal: NodeJS.Signals) => void;
  readonly isColoured: boolean;
}

/** The alternate screen, no cursor, no wrapping at the right edge: what is too wide there is cut instead. */
const enterCodes = '\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J';
const leaveCodes = '\u001b[0m\u001b[?7h\u001b[?25h\u001b[?1049l';
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** Takes the terminal of standard output; keys come from standard input if that is one too. */
export function takeScreen(ports: ScreenPorts): Screen {
  const { stdin, stdout } = process;
  const keys = createKeys();
  let shown: readonly string[] = [];
  let isTaken = false;

  const take = (): void => {
    isTaken = true;
    shown = [];
    if (stdin.isTTY) stdin.setRawMode(true);
    writeAtOnce(enterCodes);
  };
  const giveBack = (): void => {
    if (!isTaken) return;
    isTaken = false;
    writeAtOnce(leaveCodes);
    if (stdin.isTTY) stdin.setRawMode(false);
  };

  const onKeys = (text: string): void => {
    for (const key of keys.take(text)) ports.key(key);
  };
  const onResize = (): void => {
    shown = [];
    ports.resized();
  };
  const onEnding = (signal: NodeJS.Signals): void => {
    leave();
    ports.ended(signal);
  };
  const suspend = (): void => {
    giveBack();
    // The group: whoever waits for this program must see that it stands still.
    process.kill(process.pid, 'SIGSTOP');
  };
  const onContinue = (): void => {
    if (!isTaken) take();
    ports.resized();
  };
  const leave = (): void => {
    giveBack();
    stdin.off('data', onKeys);
    stdin.pause();
    stdout.off('resize', onResize);
    for (const signal of endings) process.off(signal, onEnding);
    process.off('SIGTSTP', suspend).off('SIGCONT', onContinue).off('exit', giveBack);
  };

  // Also when the program ends by a bug.
  process.on('exit', giveBack);
  for (const signal of endings) process.on(signal, onEnding);
  process.on('SIGTSTP', suspend).on('SIGCONT', onContinue);
  stdout.on('resize', onResize);
  if (stdin.isTTY) stdin.setEncoding('utf8').on('data', onKeys);
  take();

  return {
    size: () => ({ rows: stdout.rows, columns: stdout.columns }),
    draw(lines) {
      // A terminal that takes nothing in (a stopped one, a slow line) gets the newest when it does.
      if (!isTaken || stdout.writableNeedDrain) return;
      const { rows, columns } = stdout;
      const next = Array.from({ length: rows }, (_, row) =>
        drawn(lines[row] ?? [], columns, ports.isColoured),
      );
      const changed = next.flatMap((text, row) =>
        text === shown[row] ? [] : [`\u001b[${row + 1};1H${text}\u001b[K`],
      );
      shown = next;
      if (changed.length > 0) stdout.write(changed.join(''));
    },
    suspend,
    leave,
  };
}

/** Past the stream's buffer: the process may end, or stand still, right after it. */
function writeAtOnce(text: string): void {
  try {
    writeSync(process.stdout.fd, text);
  } catch {
    // The terminal is gone, so there is nothing to give back.
  }
}
