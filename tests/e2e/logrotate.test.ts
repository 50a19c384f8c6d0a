import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { eventually } from '../peers/eventually.ts';
import { run, site, type Site } from './program.ts';

const modes = {
  create: 'create 0640\n  compress\n  delaycompress',
  'create and compress at once': 'create 0640\n  compress',
  copytruncate: 'copytruncate\n  compress\n  delaycompress',
} as const;

const total = 4000;
const rotations = 4;

/** Appends numbered lines as fast as a busy service, opening the file anew as syslog daemons do after HUP. */
async function write(log: string, from: number, to: number): Promise<void> {
  const fd = openSync(log, 'a');
  for (let number = from; number < to; number++) {
    writeSync(fd, `Nov 20 10:00:00 web1 app[7]: numbered ${String(number).padStart(6, '0')} end\n`);
    if (number % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  closeSync(fd);
}

function rotate(at: Site): void {
  execFileSync('/usr/sbin/logrotate', ['-f', '-s', at.path('logrotate.state'), at.path('logrotate.conf')]);
}

/** Every number that is still on disk, in whatever file. */
function onDisk(folder: string): readonly number[] {
  return readdirSync(folder)
    .flatMap((name) => {
      const bytes = readFileSync(join(folder, name));
      const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
      return [...text.matchAll(/numbered (\d+) end/g)].map(([, number]) => Number(number));
    })
    .toSorted((a, b) => a - b);
}

describe('a real logrotate while a file is written fast', () => {
  test.for(Object.entries(modes))(
    '%s: every line that is on disk is in the ledger exactly once',
    async ([, words], { skip }) => {
      skip(!existsSync('/usr/sbin/logrotate'), 'logrotate is not installed');
      const at = site();
      const folder = at.path('log');
      mkdirSync(folder);
      const log = join(folder, 'app.log');
      writeFileSync(log, '');
      writeFileSync(
        at.path('logrotate.conf'),
        `"${log}" {\n  su root root\n  rotate 9\n  missingok\n  ${words}\n}\n`,
        { mode: 0o644 },
      );
      at.configure(`
sources: { app: { file: ${log}, start: beginning } }
rules: [{ id: numbered, match: 'numbered (?<n>\\d+) end', key: [n], alert: { severity: info } }]
channels: { none: { exec: { command: ['/bin/true'] } } }
routes: [{ when: { severity: critical }, to: [none] }, { when: { rule: nothing }, to: [none] }]
limits: { max-waiting: 10 }
`);
      try {
        const listed = async (): Promise<readonly number[]> =>
          (await at.json('alerts', 'list', '--limit', '100000', '--rule', 'numbered'))
            .map((alert) => Number((alert['key'] as readonly string[])[0]))
            .toSorted((a, b) => a - b);
        const numbered = async (): Promise<number> =>
          (await at.look((ledger) => ledger.alerts({ rule: 'numbered', limit: 100_000 }).length)) ?? 0;
        let daemon = await at.daemon();
        // What was written before a source was ever looked at is nobody's to read.
        await write(log, 0, 1);
        await eventually(async () => (await numbered()) > 0, 'the first line');
        const share = total / (rotations + 1);
        for (let round = 0; round <= rotations; round++) {
          const writing = write(log, Math.max(1, round * share), (round + 1) * share);
          if (round === 2) {
            // Once the rotation happens while nothing runs.
            await daemon.kill('SIGKILL');
            await writing;
            rotate(at);
            daemon = await at.daemon();
          } else {
            await writing;
            if (round < rotations) rotate(at);
          }
        }
        const wanted = onDisk(folder);
        await eventually(async () => (await numbered()) >= wanted.length, 'all lines');
        await daemon.kill('SIGTERM');
        expect(await listed()).toEqual(wanted);
        // What copytruncate loses between its copy and its cut is on no disk: nobody could read it.
        expect(wanted.length).toBeGreaterThan(total * 0.9);
        expect((await run(at.args('status'))).stdout).toContain('alerts');
      } finally {
        at.remove();
      }
    },
  );
});
