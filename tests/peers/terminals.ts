import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Terminals that take messages. */
export interface Terminals {
  readonly paths: readonly string[];
  /** All that each of them has been written. */
  screens(): readonly string[];
  stop(): void;
}

/** Opens pseudo terminals, held by a Python because Node cannot. */
export async function openTerminals(count: number): Promise<Terminals> {
  const dir = mkdtempSync(join(tmpdir(), 'terminals-'));
  const program = join(import.meta.dirname, 'terminals.py');
  const child = spawn('python3', [program, dir, String(count)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line]: unknown[] = await once(child.stdout, 'data');
  const paths: readonly string[] = JSON.parse(String(line));
  return {
    paths,
    screens() {
      // Nobody would read what is asked, and the question would wait for ever.
      if (child.exitCode !== null || child.signalCode !== null) throw new Error('the terminals are gone');
      writeFileSync(join(dir, 'ask'), '\n');
      return JSON.parse(readFileSync(join(dir, 'answer'), 'utf8'));
    },
    stop() {
      child.stdin.destroy();
      child.kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
