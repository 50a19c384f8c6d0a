import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SEC = '/usr/bin/sec';

/** Whether the real SEC is there to be asked. */
export const hasSec = existsSync(SEC);

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'sec-parse-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * How many rules SEC takes of each text; one process reads them all, each as a file of its own. Read off the
 * log: the number before the name of the file in the last line that names it.
 */
export function acceptedBySec(texts: readonly string[], options: readonly string[] = []): readonly number[] {
  return inFolder((folder) => {
    for (const [index, text] of texts.entries()) {
      writeFileSync(join(folder, `${String(index)}.rules`), text, 'latin1');
    }
    const log = join(folder, 'log');
    spawnSync(SEC, ['--testonly', `--conf=${folder}/*.rules`, `--log=${log}`, ...options], {
      timeout: 60_000,
    });
    const lines = readFileSync(log, 'latin1').split('\n');
    return texts.map((_, index) => {
      const last = lines.findLast((line) => line.includes(`/${String(index)}.rules`)) ?? '';
      return Number(/: (\d+) rules? /.exec(last)?.[1] ?? 0);
    });
  });
}

/** Whether SEC says that every rule of a file is good. */
export function isGoodToSec(text: string): boolean {
  return inFolder((folder) => {
    writeFileSync(join(folder, 'a.rules'), text, 'latin1');
    return spawnSync(SEC, ['--testonly', `--conf=${folder}/a.rules`], { timeout: 60_000 }).status === 0;
  });
}

/** What SEC writes to its standard output when it reads these lines with these rules. */
export function playSec(rules: string, lines: readonly string[]): readonly string[] {
  return inFolder((folder) => {
    writeFileSync(join(folder, 'a.rules'), rules, 'latin1');
    const argv = [`--conf=${folder}/a.rules`, '--input=-', '--notail', '--debug=1', '--log=/dev/null'];
    const input = Buffer.from(`${lines.join('\n')}\n`, 'latin1');
    const output = execFileSync(SEC, argv, { input, timeout: 60_000, stdio: ['pipe', 'pipe', 'ignore'] });
    return output.toString('latin1').split('\n').slice(0, -1);
  });
}
