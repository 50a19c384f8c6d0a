import type { MatchPorts } from '../../match/contract.ts';
import type { Report } from './report.ts';
import type { Text } from './text.ts';

/** How rule files are to be read. */
export interface ReadOptions {
  readonly ports: MatchPorts;
  /**
   * `ordinary`: `&&` binds tighter than `||`, as SEC's manual has it; `sec`: as SEC's program evaluates it.
   */
  readonly precedence: 'ordinary' | 'sec';
  /** Whether rules with Perl code are taken. */
  readonly perl: boolean;
  /**
   * Asks Perl whether code gives a function, as SEC does when it reads a rule; the answer is why not. Absent:
   * a rule whose code gives none is taken, and told of when it is needed.
   */
  readonly whyNoFunction?: (code: string) => string | undefined;
  /** An explicit `--bufsize`, in lines; 0: none. */
  readonly bufsize: number;
}

/** What the readers of one file share. */
export interface Reading {
  readonly options: ReadOptions;
  readonly report: Report;
}

/** Reports code that must be a function and cannot be one. */
export function checkFunction(code: Text, { options, report }: Reading): void {
  const why = options.perl ? options.whyNoFunction?.(code.text) : undefined;
  if (why !== undefined) report.error('perl-function', code, `this Perl code gives no function: ${why}`);
}

/** What to say where Perl code stands and was not allowed. */
export const NEEDS_PERL = 'set perl: true on the include to run Perl code of rule files';
