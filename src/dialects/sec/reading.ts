import type { MatchPorts } from '../../match/contract.ts';
import type { Report } from './report.ts';

/** How rule files are to be read. */
export interface ReadOptions {
  readonly ports: MatchPorts;
  /**
   * `ordinary`: `&&` binds tighter than `||`, as SEC's manual has it; `sec`: as SEC's program evaluates it.
   */
  readonly precedence: 'ordinary' | 'sec';
  /** Whether rules with Perl code are taken. */
  readonly perl: boolean;
  /** An explicit `--bufsize`, in lines; 0: none. */
  readonly bufsize: number;
}

/** What the readers of one file share. */
export interface Reading {
  readonly options: ReadOptions;
  readonly report: Report;
}

/** What to say where Perl code stands and was not allowed. */
export const NEEDS_PERL = 'set perl: true on the include to run Perl code of rule files';
