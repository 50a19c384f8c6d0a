/**
 * How long the program takes to start: `npm run bench:start`. Prints the fastest and the median of ROUNDS (15)
 * runs of `--version`, of `check` on the smallest example and on the configuration that `init` proposes with its
 * packs, beside Node doing nothing. Ends with 1 when an aim is missed.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { proposalText } from '../src/install/proposal.ts';

const ROUNDS = Number(process.env['ROUNDS'] ?? 15);
/** Milliseconds, of the fastest run: what else the machine does is not the program's. */
const AIMS: ReadonlyMap<string, number> = new Map([
  ['--version', 120],
  ['check', 250],
]);

function main(): void {
  const dir = mkdtempSync(join(tmpdir(), 'bench-start-'));
  try {
    const file = join(dir, 'sentinel.yaml');
    writeFileSync(file, usualConfiguration());
    const program = 'dist/cli/main.js';
    report('node alone', ['-e', '0']);
    report('--version', [program, '--version']);
    report('check', [program, '--quiet', 'check', 'examples/minimal.yaml']);
    report('check packs', [program, '--quiet', 'check', file]);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** What `init` writes on a Debian with a mail server of its own. */
function usualConfiguration(): string {
  const log = (name: string, path: string) => ({ name, source: 'file', path, isReadable: true }) as const;
  return proposalText({
    logs: [log('auth', '/var/log/auth.log'), log('syslog', '/var/log/syslog')],
    packs: ['bird-alert', 'cron', 'kernel', 'login', 'pam', 'sshd', 'su', 'sudo', 'systemd'],
  });
}

function report(name: string, args: readonly string[]): void {
  const times = Array.from({ length: ROUNDS }, () => {
    const begun = performance.now();
    execFileSync(process.execPath, [...args]);
    return performance.now() - begun;
  }).toSorted((a, b) => a - b);
  const [fastest = NaN] = times;
  const median = times[Math.floor(times.length / 2)] ?? NaN;
  const aim = AIMS.get(name);
  const verdict = aim === undefined ? '' : fastest <= aim ? `  (aim ${aim})` : `  MISSES the aim of ${aim}`;
  console.log(
    `${name.padEnd(12)} ${Math.round(fastest)} ms fastest, ${Math.round(median)} ms median${verdict}`,
  );
  if (aim !== undefined && !(fastest <= aim)) process.exitCode = 1;
}

main();
