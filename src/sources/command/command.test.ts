import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { eventually } from '../../../tests/peers/eventually.ts';
import { openSession, type SourceSession } from '../../../tests/peers/source-session.ts';
import { commandKind, followCommand } from './kind.ts';

vi.setConfig({ testTimeout: 60_000 });

let dir = '';
const sessions: SourceSession[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'command-'));
});
afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.stop()));
  rmSync(dir, { recursive: true, force: true });
});

function run(options: object, { follow = true, name = dir } = {}): SourceSession {
  const read = commandKind.options.parse(options);
  const restart = { first: 20, longest: 100, well: 60_000 };
  const session = openSession((ports) => followCommand(read, { ...ports, name }, restart), { follow });
  sessions.push(session);
  return session;
}

const sh = (script: string, ...words: string[]): { command: string[] } => ({
  command: ['/bin/sh', '-c', script, 'sh', ...words],
});

describe('a command as a source', () => {
  test('its lines, also a last one without an ending; once where nothing is followed', async () => {
    const session = run(sh('printf "one\\ntwo\\nthree"'), { follow: false });
    await session.ended;
    expect(session.texts()).toEqual(['one', 'two', 'three']);
    expect(session.notices()).toEqual([]);
    expect(session.conditions()).toEqual(['reading', 'atEnd']);
  });

  test('records of several lines', async () => {
    const session = run(
      { ...sh('printf "1 a\\n b\\n2 c\\n"'), multiline: { start: '^\\d' } },
      { follow: false },
    );
    await session.ended;
    expect(session.texts()).toEqual(['1 a\n b', '2 c']);
  });

  test('no shell sees its arguments', async () => {
    const hostile = ['$(touch pwned)', '`id`', '; rm -rf /', '* ?', '-n', '"\'\\'];
    const session = run({ command: ['/usr/bin/printf', '%s\\n', ...hostile] }, { follow: false });
    await session.ended;
    expect(session.texts()).toEqual(hostile);
  });

  test('started again when it ends, with what it said last', async () => {
    const session = run(sh('echo line; echo oops >&2; exit 3'));
    await session.untilRecords(3);
    expect(session.notices()[0]).toMatchObject({ code: 'source.ended', severity: 'warning' });
    expect(session.notices()[0]?.text).toBe('/bin/sh ended (exit code 3: oops); it is started again');
    expect(session.conditions().slice(0, 3)).toEqual(expect.arrayContaining(['reading', 'gone']));
  });

  test('run regularly, it may end well as often as it likes', async () => {
    const session = run({ ...sh('echo line'), every: '20ms' });
    await session.untilRecords(3);
    expect(session.notices()).toEqual([]);
  });

  test('one that cannot be started is told, and tried again', async () => {
    const session = run({ command: [join(dir, 'absent')] });
    await session.until(() => session.notices().length > 1, 'two tries');
    expect(session.notices()[0]?.text).toContain('could not be started (ENOENT)');
    expect(session.conditions()[0]).toBe('unreadable');
  });

  test('closed and opened again it still runs, and nothing of it is lost', async () => {
    const script = `echo $$; while [ ! -e "$1/go" ]; do sleep 0.02; done; echo two; sleep 100`;
    const first = run(sh(script, dir));
    await first.untilRecords(1);
    await first.stop();
    const { writeFileSync } = await import('node:fs');
    writeFileSync(join(dir, 'go'), '');
    const second = run(sh(script, dir));
    await second.untilRecords(1);
    expect(second.texts()).toEqual(['two']);
    await second.stop();
    // Another command in its place ends it.
    const third = run(sh('echo other; sleep 100'));
    await third.untilRecords(1);
    await eventually(() => !isAlive(first.texts()[0] ?? ''), 'the end of the first command');
  });

  test('its whole process group ends with it', async () => {
    const session = run(sh('sleep 1000 & echo $!; exit 0'), { follow: false });
    await session.untilRecords(1);
    await session.stop();
    await eventually(() => !isAlive(session.texts()[0] ?? ''), 'the end of the grandchild');
  });

  test('what it leaves running with its output open keeps nothing up: it is run again', async () => {
    const session = run({ ...sh('sleep 1000 & echo $!'), every: '20ms' });
    await session.untilRecords(2);
    await eventually(() => !isAlive(session.texts()[0] ?? ''), 'the end of what it left running');
  });

  test('one that closed its output and runs on is closed, and ends', async () => {
    const script = `echo $$; exec >&-; exec sleep 1000`;
    const session = run(sh(script));
    await session.until(() => session.conditions().includes('gone'), 'the end of its output');
    await session.stop();
    const other = run(sh('echo other; sleep 1000'));
    await other.untilRecords(1);
    await eventually(() => !isAlive(session.texts()[0] ?? ''), 'the end of the command');
  });

  test('a line that never ends is cut, and the reader is not drowned', async () => {
    const session = run(sh('head -c 3000000 /dev/zero; echo; echo after'), { follow: false });
    await session.ended;
    expect(session.records().map(({ bytes }) => bytes.length)).toEqual([64 * 1024, 5]);
  });
});

/** Running and not a zombie. */
function isAlive(pid: string): boolean {
  const path = `/proc/${pid}/stat`;
  if (!/^\d+$/.test(pid) || !existsSync(path)) return false;
  try {
    return !/\) Z /.test(readFileSync(path, 'latin1'));
  } catch {
    return false;
  }
}
