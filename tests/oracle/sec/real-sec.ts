import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { textOf } from './bytes.ts';

const SEC = '/usr/bin/sec';

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
  const child = spawn('perl', [script, SEC], { stdio: ['pipe', 'pipe', 'ignore'], env });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async trace(folder) {
      child.stdin.write(`${folder}\n`);
      const { done } = await answers.next();
      if (done === true) throw new Error('the real SEC under many.pl has ended');
      return textOf(readFileSync(join(folder, 'trace.txt')));
    },
    close: () => child.stdin.end(),
  };
}
