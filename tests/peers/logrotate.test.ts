import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSession, type Session } from '../property/file-source.session.ts';

const installed = spawnSync('logrotate', ['--version']).status === 0;

let directory: string;
let log: string;
const writers: ChildProcess[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bs-logrotate-'));
  log = join(directory, 'app.log');
  writeFileSync(log, '');
});

afterEach(async () => {
  for (const writer of writers.splice(0)) {
    if (writer.exitCode !== null || writer.signalCode !== null) continue;
    writer.kill('SIGKILL');
    await once(writer, 'close');
  }
  rmSync(directory, { recursive: true, force: true });
});

/** Modes of logrotate in which no line is lost on the disk. */
const keeping: Readonly<Record<string, string>> = {
  create: 'create 0640\ncompress\ndelaycompress',
  nocreate: 'nocreate\ncompress\ndelaycompress',
  dateext: 'create\ndateext\ndateformat -%Y%m%d-%s\ncompress\ndelaycompress',
};

/** Modes in which what a writer writes during the rotation may be on no disk. */
const losing: Readonly<Record<string, { mode: string; writer: 'reopening' | 'holding' }>> = {
  copytruncate: { mode: 'copytruncate\ncompress\ndelaycompress', writer: 'holding' },
  'create and compress at once': { mode: 'create 0640\ncompress', writer: 'reopening' },
};

describe.skipIf(!installed)('the real logrotate', () => {
  for (const [name, mode] of Object.entries(keeping)) {
    test(`${name}: every line once`, async () => {
      configure(mode);
      const session = await open();
      const writer = startWriter('reopening');
      for (let round = 0; round < 5; round += 1) {
        await session.lines(session.texts().length + 500);
        if (name === 'dateext') await nextSecond();
        rotate();
      }
      const written = await writer.stop();
      await session.lines(written);
      await session.stop();
      expect(faults(session.texts(), written)).toEqual([]);
    });
  }

  test.each(Object.entries(losing))(
    '%s: every line that is on the disk once',
    async (_, { mode, writer: how }) => {
      configure(mode);
      const session = await open();
      const writer = startWriter(how);
      for (let round = 0; round < 4; round += 1) {
        await session.lines(session.texts().length + 500);
        rotate();
      }
      const written = await writer.stop();
      const kept = survivors();
      await session.until(() => session.texts().at(-1) === numbered(written));
      await session.stop();
      const seen = wholeLines(session.texts()).map(Number);
      expect(faults(wholeLines(session.texts()), 0)).toEqual([]);
      const known = new Set(seen);
      const missing = [...kept].filter((line) => !known.has(line));
      expect(spans(missing), 'lines that are on the disk').toEqual([]);
      // What logrotate loses may have been seen in time.
      expect(seen.length).toBeGreaterThanOrEqual(kept.size);
    },
  );

  test.each(Object.entries({ ...keeping, copytruncate: losing['copytruncate']?.mode ?? '' }))(
    '%s: rotated twice while nothing ran',
    async (_, mode) => {
      configure(mode);
      const first = await open();
      append(1, 1000);
      await first.lines(1000);
      await first.stop();
      append(1001, 2000);
      await nextSecond();
      rotate();
      append(2001, 3000);
      await nextSecond();
      rotate();
      append(3001, 4000);
      const second = openSession({ file: log }, { marks: first.marks });
      await second.lines(3000);
      await second.stop();
      expect(second.texts()).toEqual(numbers(4000).slice(1000));
      expect(second.notices.filter(({ code }) => code === 'source.lost')).toEqual([]);
    },
  );

  test('a rotation that leaves nothing behind is an alert with the bytes known', async () => {
    configure('rotate 0\ncreate');
    const first = await open();
    append(1, 10);
    await first.lines(10);
    await first.stop();
    append(11, 20);
    const between = openSession({ file: log }, { marks: first.marks, follow: false });
    await between.ended;
    rotate();
    append(21, 30);
    const second = openSession({ file: log }, { marks: first.marks });
    await second.lines(10);
    await second.stop();
    expect(second.texts()).toEqual(numbers(30).slice(20));
    const lost = second.notices.find(({ code }) => code === 'source.lost');
    expect(lost?.alert).toBe(true);
  });
});

test.runIf(installed)('the test looks at the real program', () => {
  expect(execFileSync('logrotate', ['--version'], { encoding: 'utf8', stdio: 'pipe' })).toBeDefined();
});

function configure(mode: string): void {
  const text = `"${log}" {\nsu root root\n${mode.includes('rotate 0') ? '' : 'rotate 20\n'}missingok\n${mode}\n}\n`;
  writeFileSync(join(directory, 'logrotate.conf'), text, { mode: 0o644 });
}

/** Rotates; logrotate itself refuses a name that is taken and may be asked again, a few times. */
function rotate(tries = 10): void {
  const args = ['-f', '-s', join(directory, 'state'), join(directory, 'logrotate.conf')];
  const { status, stderr } = spawnSync('logrotate', args, { encoding: 'utf8' });
  if (status === 0) return;
  if (tries <= 1) throw new Error(`logrotate ended with ${status}: ${stderr}`);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  rotate(tries - 1);
}

async function open(): Promise<Session> {
  const session = openSession({ file: log });
  await session.until(() => session.condition(log) === 'atEnd');
  return session;
}

/** All of one length, so that a line cut in two by a rotation is not taken for another one. */
const numbered = (line: number): string => String(line).padStart(9, '0');

const numbers = (last: number): string[] => Array.from({ length: last }, (_, index) => numbered(index + 1));

function append(first: number, last: number): void {
  writeFileSync(
    log,
    numbers(last)
      .slice(first - 1)
      .join('\n') + '\n',
    { flag: 'a' },
  );
}

/** Where `seen` is not `1, 2, … last`, in few words. */
// Order is promised within a file; a rotation property holds that.
function faults(seen: readonly string[], last: number): string[] {
  const counts = new Map<number, number>();
  for (const text of seen) counts.set(Number(text), (counts.get(Number(text)) ?? 0) + 1);
  const missing = numbers(last)
    .map(Number)
    .filter((line) => !counts.has(line));
  const twice = [...counts].filter(([, count]) => count > 1).map(([line]) => line);
  return [...spans(missing).map((span) => `missing ${span}`), ...spans(twice).map((span) => `twice ${span}`)];
}

/** `1-3`, `7-7`. */
function spans(lines: readonly number[]): string[] {
  const found: [number, number][] = [];
  for (const line of lines.toSorted((a, b) => a - b)) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === line - 1) last[1] = line;
    else found.push([line, line]);
  }
  return found.slice(0, 10).map(([from, to]) => `${from}-${to}`);
}

/** `dateext` names have seconds here: two rotations within one are refused by logrotate. */
async function nextSecond(): Promise<void> {
  const second = Math.floor(Date.now() / 1000);
  while (Math.floor(Date.now() / 1000) === second) await new Promise((resolve) => setTimeout(resolve, 20));
}

const wholeLines = (lines: readonly string[]): string[] => lines.filter((line) => /^\d{9}$/.test(line));

/** Numbers in all files that are left. */
function survivors(): Set<number> {
  const kept = new Set<number>();
  for (const name of readdirSync(directory).filter((each) => each.startsWith('app.log'))) {
    const bytes = readFileSync(join(directory, name));
    const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
    for (const line of text.split('\n')) if (wholeLines([line]).length > 0) kept.add(Number(line));
  }
  return kept;
}

/**
 * A process that writes numbered lines as fast as a busy daemon: `reopening` looks at the path every
 * few lines, as a program does that is told to reopen its log; `holding` never does.
 */
function startWriter(how: 'reopening' | 'holding'): { stop(): Promise<number> } {
  const script = `
    const fs = require('node:fs');
    const [path, how] = process.argv.slice(1);
    let fd = fs.openSync(path, 'a'), n = 0, going = true;
    process.stdin.on('data', () => { going = false; });
    const inode = () => { try { return fs.statSync(path).ino; } catch { return 0; } };
    process.stdin.on('end', () => process.exit(1));
    (function burst() {
      for (let i = 0; i < 50; i++) fs.writeSync(fd, String(++n).padStart(9, '0') + '\\n');
      if (how === 'reopening' && inode() !== fs.fstatSync(fd).ino) { fs.closeSync(fd); fd = fs.openSync(path, 'a'); }
      if (going) setImmediate(burst); else { console.log(n); process.exit(0); }
    })();`;
  // A test that fails must not leave it writing.
  const child = spawn(process.execPath, ['-e', script, log, how], { stdio: ['pipe', 'pipe', 'inherit'] });
  writers.push(child);
  return {
    stop: () =>
      new Promise((resolve) => {
        let said = '';
        child.stdout.on('data', (data: Buffer) => (said += data.toString()));
        child.on('close', () => resolve(Number(said)));
        child.stdin.write('stop');
      }),
  };
}
