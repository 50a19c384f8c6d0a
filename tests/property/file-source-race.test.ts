import {
  appendFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { size } from '../size.ts';
import { openSession } from './file-source.session.ts';

const ROUNDS = size('RACES', 150, 3000);

let dir: string;
let log: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'race-'));
  log = join(dir, 'app.log');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** The steps of `logrotate` with `compress` and `delaycompress`, in its order. */
function* rotation(): Generator<void> {
  const packed = gzipSync(readFileSync(`${log}.1`));
  writeFileSync(`${log}.1.gz`, packed);
  const { atime, mtime } = statSync(`${log}.1`);
  utimesSync(`${log}.1.gz`, atime, mtime);
  yield;
  unlinkSync(`${log}.1`);
  yield;
  renameSync(`${log}.1.gz`, `${log}.2.gz`);
  yield;
  renameSync(log, `${log}.1`);
  yield;
  writeFileSync(log, '', { flag: 'wx' });
}

test(
  `a start that meets a rotation loses nothing (${ROUNDS} starts)`,
  async () => {
    const lost: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const line = (n: number): string => `${round} line ${n}\n`;
      writeFileSync(log, line(1));
      const first = openSession({ file: log, start: 'beginning' }, { follow: false });
      await first.ended;
      appendFileSync(log, line(2));
      // Rotated once while nothing ran.
      renameSync(log, `${log}.1`);
      writeFileSync(log, line(3));
      const second = openSession({ file: log }, { marks: first.marks });
      const ticks = round % 40;
      for (let tick = 0; tick < ticks; tick++) await new Promise((resolve) => setImmediate(resolve));
      for (const _ of rotation()) {
        for (let tick = 0; tick < round % 7; tick++) await new Promise((resolve) => setImmediate(resolve));
      }
      appendFileSync(log, line(4));
      await second.until(() => second.texts().includes(line(4).trim()));
      await second.stop();
      const wanted = [2, 3, 4].map((n) => line(n).trim());
      const codes = second.notices.map(({ code }) => code);
      if (JSON.stringify(second.texts()) !== JSON.stringify(wanted) || codes.includes('source.lost')) {
        lost.push(`${round}: ${second.texts().join(', ')} ${codes.join()}`);
      }
      for (const name of ['', '.1', '.2.gz']) rmSync(`${log}${name}`, { force: true });
    }
    expect(lost).toEqual([]);
  },
  60_000 + ROUNDS * 200,
);
