import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** Where the benchmark keeps what it makes. */
export const FOLDER = '.cache/bench-data';

const BYTES = 200_000_000;

/** A log to read and a list of patterns, one a line. */
export interface Data {
  readonly log: string;
  readonly rules: string;
  /** How many patterns there are. */
  readonly count: number;
}

/** The patterns of a list. */
export const patternsOf = (rules: string): readonly string[] =>
  readFileSync(rules, 'latin1')
    .split('\n')
    .filter((line) => line !== '');

/** A log and rules of the user's own. */
export const given = (log: string, rules: string): Data => ({ log, rules, count: patternsOf(rules).length });

/**
 * The log, grown to 200 MB, and `count` patterns: `mixed.log` and `rules-N.txt` of the folder named by
 * BENCH_DATA, or made up ones.
 */
export function prepare(count: number): Data {
  mkdirSync(FOLDER, { recursive: true });
  const folder = process.env['BENCH_DATA'];
  const sample = folder === undefined ? madeUpLog() : readFileSync(join(folder, 'mixed.log'));
  const log = join(FOLDER, folder === undefined ? 'made-up.log' : 'mixed.log');
  if (!existsSync(log) || statSync(log).size < BYTES) grow(sample, log);
  const listed = folder === undefined ? '' : join(folder, `rules-${String(count)}.txt`);
  if (existsSync(listed)) return { log, rules: listed, count };
  const thousand = folder === undefined ? '' : join(folder, 'rules-1000.txt');
  const rules = join(FOLDER, `${folder === undefined ? 'made-up' : 'varied'}-${String(count)}.txt`);
  writeFileSync(rules, existsSync(thousand) ? varied(patternsOf(thousand), count) : madeUpRules(count));
  return { log, rules, count };
}

/** As many patterns as wanted: each given one, then the same with endings that match nothing. */
const varied = (patterns: readonly string[], count: number): string =>
  Array.from({ length: count }, (_, index) => {
    const pattern = patterns[index % patterns.length] ?? '';
    const round = Math.floor(index / patterns.length);
    return round === 0 ? `${pattern}\n` : `${pattern} code ${String(round)}qz${String(index)}\n`;
  }).join('');

function grow(sample: Buffer, path: string): void {
  const file = openSync(path, 'w');
  for (let size = 0; size < BYTES; size += sample.length) writeSync(file, sample);
  closeSync(file);
}

const PROGRAMS = ['sshd', 'kernel', 'CRON', 'systemd', 'postfix/smtpd', 'nginx', 'sudo', 'dhclient'];
const SAYINGS = [
  'Accepted publickey for deploy from 10.0.0.# port # ssh2',
  'session opened for user root(uid=0) by (uid=#)',
  'Started Session # of user www-data.',
  'connect from unknown[192.0.2.#]',
  'eth0: link up, # Mbps, full duplex',
  'GET /index.html HTTP/1.1 200 #',
  'DHCPREQUEST on eth0 to 10.0.0.1 port 67 xid #',
];

function madeUpLog(): Buffer {
  const lines = Array.from({ length: 12_000 }, (_, line) => {
    const program = PROGRAMS[(line * 7) % PROGRAMS.length] ?? '';
    const saying = (SAYINGS[(line * 5) % SAYINGS.length] ?? '').replaceAll('#', String((line * 7919) % 997));
    const time = `10:${String(Math.floor(line / 60) % 60).padStart(2, '0')}:${String(line % 60).padStart(2, '0')}`;
    return `Nov 20 ${time} host${String(line % 9)} ${program}[${String(line)}]: ${saying} (made up to fill a line of usual length)\n`;
  });
  return Buffer.from(lines.join(''));
}

function madeUpRules(count: number): string {
  const rules = Array.from({ length: count }, (_, index) => {
    const seed = (index * 2654435761) % 4294967296;
    const word = (at: number): string => ((seed >>> at) & 0xffff).toString(36).padStart(4, 'q');
    return index % 50 === 3
      ? `port ${String(index)} (.*?)ssh2`
      : `(.*?)fault ${word(0)} in unit ${word(13)}(.*?) code (.*?)`;
  });
  return `${rules.join('\n')}\n`;
}
