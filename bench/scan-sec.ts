import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOLDER, type Data } from './scan-data.ts';

const BYTES = 1_500_000;

/** Lines per second that SEC takes with a Single rule for each pattern; undefined when it is not installed. */
export function linesPerSecondOfSec({ log, rules }: Data): number | undefined {
  const conf = join(FOLDER, 'bench.sec');
  const input = join(FOLDER, 'bench-sec.log');
  const patterns = readFileSync(rules, 'latin1')
    .split('\n')
    .filter((line) => line !== '');
  const rule = (pattern: string): string =>
    `type=Single\nptype=RegExp\npattern=${pattern}\ndesc=x\naction=none\n`;
  writeFileSync(conf, patterns.map(rule).join('\n'), 'latin1');
  const empty = join(FOLDER, 'bench-empty.log');
  writeFileSync(empty, '');
  const sample = head(log);
  writeFileSync(input, sample);
  const start = seconds(conf, empty);
  const whole = seconds(conf, input);
  if (start === undefined || whole === undefined) return undefined;
  return sample.filter((byte) => byte === 10).length / Math.max(whole - start, 0.001);
}

function head(log: string): Buffer {
  const file = openSync(log, 'r');
  const bytes = Buffer.alloc(BYTES);
  const read = readSync(file, bytes, 0, BYTES, 0);
  closeSync(file);
  return bytes.subarray(0, bytes.lastIndexOf(10, read - 1) + 1);
}

function seconds(conf: string, input: string): number | undefined {
  const started = performance.now();
  const ran = spawnSync(
    'sec',
    [`--conf=${conf}`, `--input=${input}`, '--notail', '--log=/dev/null', '--debug=1'],
    {
      stdio: 'ignore',
    },
  );
  return ran.error === undefined ? (performance.now() - started) / 1000 : undefined;
}
