import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from '../peers/eventually.ts';
import { main } from './program.ts';

/** How a terminal stands. */
export interface Shown {
  /** As a person sees them, without spaces at their ends. */
  readonly lines: readonly string[];
  readonly isAlternate: boolean;
  readonly isCursorShown: boolean;
  /** Lines are edited and echoed, as a shell leaves it. */
  readonly isCooked: boolean;
  readonly isStopped: boolean;
  /** Of the program; negative: the signal that ended it; null: it runs. */
  readonly code: number | null;
  /** Everything that was sent to the terminal. */
  readonly raw: string;
}

/** What is done to a terminal. */
export interface Order {
  readonly keys?: string;
  readonly resize?: readonly [columns: number, rows: number];
  readonly signal?: NodeJS.Signals;
}

/** The program in a terminal of its own. */
export interface Terminal {
  /** Does something and answers how it stands right after. */
  order(order: Order): Promise<Shown>;
  /** Waits until it stands so. */
  until(holds: (shown: Shown) => boolean, what: string): Promise<Shown>;
  end(): Promise<void>;
}

/** Why there can be no terminal here; undefined: there can. */
export const lacksTerminal: string | undefined =
  spawnSync('/usr/bin/python3', ['-c', 'import pyte']).status === 0
    ? undefined
    : 'python3-pyte is not installed';

const limit = 60_000;

/** Starts the built program with these arguments. */
export function openTerminal(
  args: readonly string[],
  { columns = 100, rows = 24, env = {} }: Partial<{ columns: number; rows: number; env: object }> = {},
): Terminal {
  const python = spawn(
    '/usr/bin/python3',
    [
      join(import.meta.dirname, 'terminal.py'),
      String(columns),
      String(rows),
      process.execPath,
      main,
      ...args,
    ],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'], HOME: '/nonexistent', TZ: 'UTC', TERM: 'xterm-256color', ...env },
    },
  );
  const waiting: ((shown: Shown) => void)[] = [];
  createInterface({ input: python.stdout }).on('line', (line) =>
    waiting.shift()?.(JSON.parse(line) as Shown),
  );
  const ended = new Promise<void>((resolve) => python.once('close', () => resolve()));
  const order = (what: Order): Promise<Shown> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      python.stdin.write(`${JSON.stringify(what)}\n`);
    });
  return {
    order,
    async until(holds, what) {
      let shown = await order({});
      const looks = async (): Promise<boolean> => holds((shown = await order({})));
      await eventually(looks, what, limit).catch((error: unknown) => {
        throw new Error(`${String(error)}; it shows:\n${shown.lines.join('\n')}`);
      });
      return shown;
    },
    async end() {
      python.stdin.end();
      await ended;
    },
  };
}
