import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { textOf } from './bytes.ts';

const SEC = '/usr/bin/sec';
/** Bytes of a trace beyond which its case counts as one without end. */
const LONGEST = 64 * 1024 * 1024;
/** Random rules can double a text in a loop. */
const MOST_MEMORY_KB = 1024 * 1024;

/** Whether the real SEC is installed here. */
export const hasRealSec = (): boolean => existsSync(SEC);

/** The real SEC under the virtual clock, for one case after the other. */
export interface RealSec {
  /** Plays a case folder; the trace is a byte string. */
  trace(folder: string): Promise<string>;
  close(): void;
}

/** `seed` sets the order of Perl's hashes: what changes with it is not defined in SEC. */
export function startRealSec(seed: number): RealSec {
  // By the folder in which npm runs scripts: a compiled copy of this file lies elsewhere.
  const script = resolve('tests/oracle/sec/many.pl');
  const env = { ...process.env, PERL_HASH_SEED: String(seed), PERL_PERTURB_KEYS: String(seed % 2) };
  const limited = ['-c', `ulimit -v ${MOST_MEMORY_KB}; exec perl "$@"`, 'perl', script, SEC];
  const child = spawn('bash', limited, { stdio: ['pipe', 'pipe', 'ignore'], env });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async trace(folder) {
      child.stdin.write(`${folder}\n`);
      const { done } = await answers.next();
      if (done === true) throw new Error('the real SEC under many.pl has ended');
      const trace = join(folder, 'trace.txt');
      return statSync(trace).size > LONGEST
        ? '@0 RUNAWAY the trace is too long\n'
        : textOf(readFileSync(trace));
    },
    close: () => child.stdin.end(),
  };
}
