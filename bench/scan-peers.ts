import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOLDER, patternsOf, type Data } from './scan-data.ts';

/** What one process took: seconds by the clock and of the processor, megabytes at its peak. */
export interface Ran {
  readonly wall: number;
  readonly cpu: number;
  readonly peakMb: number;
  readonly output: string;
}

/** A program that finds matching lines in a file. */
export interface Peer {
  readonly name: string;
  /** It reads only so many bytes of the log: the rest would take too long. */
  readonly bytes?: number;
  command(data: Data, log: string): readonly string[];
  /** The matching lines that it counted, if it says so. */
  readonly counted?: (output: string) => number | undefined;
}

const numberIn = (output: string): number | undefined => (output === '' ? 0 : Number(output));

export const ripgrep: Peer = {
  name: 'rg',
  command: ({ rules }, log) => ['rg', '-c', '--no-unicode', '-a', '-f', rules, log],
  counted: numberIn,
};

const grep: Peer = {
  name: 'grep',
  command: ({ rules }, log) => ['grep', '-a', '-E', '-c', '-f', rules, log],
  counted: numberIn,
};

/** grep takes minutes for what others do in a second; its count is not compared then. */
const grepOfMany: Peer = { name: 'grep', bytes: 4_000_000, command: grep.command };

const sec: Peer = {
  name: 'sec',
  bytes: 1_500_000,
  command({ rules, count }, log) {
    const conf = join(FOLDER, `bench-${String(count)}.sec`);
    const rule = (pattern: string): string =>
      `type=Single\nptype=RegExp\npattern=${pattern}\ndesc=x\naction=none\n`;
    writeFileSync(conf, patternsOf(rules).map(rule).join('\n'), 'latin1');
    return ['sec', `--conf=${conf}`, `--input=${log}`, '--notail', '--log=/dev/null', '--debug=1'];
  },
};

const swatch: Peer = {
  name: 'swatch',
  bytes: 1_500_000,
  command({ rules, count }, log) {
    const conf = join(FOLDER, `bench-${String(count)}.swatch`);
    // A slash would end its pattern: any character does as well here.
    const rule = (pattern: string): string => `watchfor /${pattern.replaceAll('/', '.')}/\n  echo\n`;
    writeFileSync(conf, patternsOf(rules).map(rule).join('\n'), 'latin1');
    return ['swatchdog', `--config-file=${conf}`, `--examine=${log}`, `--script-dir=${FOLDER}`];
  },
};

/** `watch --once` as a user starts it: events, alerts, their words on standard output. */
export const watch: Peer = {
  name: 'watch --once',
  command({ rules, count }, log) {
    const file = join(FOLDER, `bench-${String(count)}.yaml`);
    const rule = (pattern: string, index: number): string =>
      `  - { id: r${String(index)}, match: ${JSON.stringify(pattern)}, in: line, alert: {} }`;
    writeFileSync(file, `rules:\n${patternsOf(rules).map(rule).join('\n')}\n`);
    return [process.execPath, 'dist/cli/main.js', 'watch', '--once', '--rules', file, log];
  },
};

/** Those that `count` patterns are shown to. */
export const peersFor = (count: number): readonly Peer[] =>
  count > 1000 ? [ripgrep] : [ripgrep, watch, count <= 10 ? grep : grepOfMany, sec, swatch];

/** The log that a peer reads, and how many bytes and lines it has. */
export function logFor(peer: Peer, { log }: Data): string {
  if (peer.bytes === undefined) return log;
  const cut = join(FOLDER, `bench-${String(peer.bytes)}.log`);
  writeFileSync(cut, head(log, peer.bytes));
  return cut;
}

function head(log: string, length: number): Buffer {
  const file = openSync(log, 'r');
  const bytes = Buffer.alloc(length);
  const read = readSync(file, bytes, 0, length, 0);
  closeSync(file);
  return bytes.subarray(0, bytes.lastIndexOf(10, read - 1) + 1);
}

const TIMED = `TIMEFORMAT='%R %U %S'; time /usr/bin/time -q -o "$1" -f %M "\${@:2}" 2>/dev/null`;

/** Runs a command to its end; undefined when it is not installed. Both clocks begin with the shell around it. */
export function run(command: readonly string[]): Ran | undefined {
  const report = join(FOLDER, 'peak.txt');
  const ran = spawnSync('bash', ['-c', TIMED, 'bash', report, ...command], {
    env: { ...process.env, LC_ALL: 'C', HOME: FOLDER },
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 30,
  });
  if (ran.status === 127) return undefined;
  const [wall = NaN, user = NaN, system = NaN] = ran.stderr.toString().trim().split(' ').map(Number);
  const peakMb = Number(readFileSync(report, 'utf8').trim().split('\n').at(-1)) / 1024;
  return { wall, cpu: user + system, peakMb, output: ran.stdout.toString('latin1') };
}
