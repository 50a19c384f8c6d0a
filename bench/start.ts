/**
 * How long the program takes to start: `npm run bench:start`. Prints the fastest and the median of ROUNDS (15)
 * runs of `--version`, of `check` on the smallest example and on the configuration that `init` proposes with its
 * packs, of `watch --once` on a short log with all packs, and of `alerts list`, beside Node doing nothing; on
 * Linux also the processor time, which a busy machine changes least. Ends with 1 when an aim is missed.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { proposalText } from '../src/install/proposal.ts';

const log = 'examples/sshd/auth.log';
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
    report('watch --once', [program, '--quiet', 'watch', '--once', log]);
    const state = join(dir, 'state');
    const short = join(dir, 'short.yaml');
    writeFileSync(short, `sources: { log: { file: ${resolve(log)} } }\ninclude: [{ pack: sshd }]\n`);
    execFileSync(process.execPath, [program, '--quiet', '-c', short, '--state', state, 'run', '--once']);
    report('alerts list', [program, '--state', state, 'alerts', 'list']);
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
  const before = childrenMs();
  const times = Array.from({ length: ROUNDS }, () => {
    const begun = performance.now();
    execFileSync(process.execPath, [...args], { stdio: ['ignore', 'pipe', 'ignore'] });
    return performance.now() - begun;
  }).toSorted((a, b) => a - b);
  const busy =
    before === undefined ? '' : `, ${Math.round(((childrenMs() ?? NaN) - before) / ROUNDS)} ms busy`;
  const [fastest = NaN] = times;
  const median = times[Math.floor(times.length / 2)] ?? NaN;
  const aim = AIMS.get(name);
  const verdict = aim === undefined ? '' : fastest <= aim ? `  (aim ${aim})` : `  MISSES the aim of ${aim}`;
  console.log(
    `${name.padEnd(12)} ${Math.round(fastest)} ms fastest, ${Math.round(median)} ms median${busy}${verdict}`,
  );
  if (aim !== undefined && !(fastest <= aim)) process.exitCode = 1;
}

/** Processor time of all children that ended, after proc_pid_stat(5): a tick is 10 ms. */
function childrenMs(): number | undefined {
  try {
    const fields = readFileSync('/proc/self/stat', 'latin1').split(') ').at(-1)?.split(' ') ?? [];
    return 10 * (Number(fields[13]) + Number(fields[14]));
  } catch {
    return undefined;
  }
}

main();
