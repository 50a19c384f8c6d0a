import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { visible, withoutColours, type Outcome } from './scenario.ts';

const PROGRAM = '/usr/bin/swatchdog';

/** Whether the real program is here (Debian's package swatch). */
export const isInstalled = (): boolean => existsSync(PROGRAM);

/** What the real swatchdog makes of lines, once through. */
export function realOutcome(conf: string, lines: readonly string[], args = ''): Outcome {
  const folder = mkdtempSync(join(tmpdir(), 'swatch-real-'));
  try {
    mkdirSync(join(folder, 'home'));
    writeFileSync(join(folder, 'swatch.conf'), conf, 'latin1');
    writeFileSync(join(folder, 'input.log'), lines.map((line) => `${line}\n`).join(''), 'latin1');
    const words = [
      '-c',
      'swatch.conf',
      ...args.split(' ').filter((word) => word !== ''),
      '--examine',
      'input.log',
    ];
    const env = {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: join(folder, 'home'),
      LANG: 'C',
      TZ: 'UTC',
      PERL_HASH_SEED: '0',
    };
    const { stdout } = spawnSync(PROGRAM, words, { cwd: folder, env, timeout: 30_000 });
    const text = visible(stdout).replace(/^\n?\*\*\* \S+ version [^\n]*\n\n?/, '');
    const left = readdirSync(folder).filter((name) => !['home', 'swatch.conf', 'input.log'].includes(name));
    const files = new Map(
      left.map((name) => [name, visible(readFileSync(join(folder, name))).trimEnd()] as const),
    );
    return { stdout: withoutColours(text).replaceAll(folder, 'TMP'), files };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
