import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSession, untoldHistory, type Session, type SessionSetting } from './file-source.session.ts';

let directory: string;
let log: string;
let sessions: Session[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bs-follow-'));
  log = join(directory, 'app.log');
});

afterEach(async () => {
  for (const session of sessions) await session.stop();
  sessions = [];
  rmSync(directory, { recursive: true, force: true });
});

function open(options: object = {}, setting: SessionSetting = {}): Session {
  const session = openSession({ file: log, ...options }, setting);
  sessions.push(session);
  return session;
}

/** Opens it and waits until it has read everything. */
async function openAtEnd(options: object = {}, setting: SessionSetting = {}): Promise<Session> {
  const session = open(options, setting);
  await session.until(() => session.condition(log) === 'atEnd');
  return session;
}

const codes = (session: Session): string[] => session.notices.map(({ code }) => code);

describe('first sight', () => {
  test('what was there before is not read, what is appended is', async () => {
    writeFileSync(log, 'old\n');
    const session = await openAtEnd();
    appendFileSync(log, 'one\ntw');
    appendFileSync(log, 'o\n');
    await session.lines(2);
    expect(session.texts()).toEqual(['one', 'two']);
  });

  test('a line that is being written at that moment is read as a whole', async () => {
    writeFileSync(log, 'old\nhal');
    const session = await openAtEnd();
    appendFileSync(log, 'f\n');
    await session.lines(1);
    expect(session.texts()).toEqual(['half']);
  });

  test('with nothing to read there is a mark, so that a restart skips nothing', async () => {
    writeFileSync(log, 'old\n');
    const first = await openAtEnd();
    await first.stop();
    appendFileSync(log, 'between\n');
    const second = open({}, { marks: first.marks });
    await second.lines(1);
    expect(second.texts()).toEqual(['between']);
  });

  test('a file that is missing is said once and read from its beginning when it appears', async () => {
    const first = open();
    await first.until(() => first.condition(log) === 'gone');
    await first.stop();
    expect(codes(first)).toEqual(['source.missing']);
    writeFileSync(log, 'one\n');
    const second = open({}, { marks: first.marks });
    await second.lines(1);
    appendFileSync(log, 'two\n');
    await second.lines(2);
    expect(second.texts()).toEqual(['one', 'two']);
  });

  test('start: beginning reads rotated files that a glob names, oldest first', async () => {
    writeFileSync(`${log}.2.gz`, gzipSync('one\n'));
    writeFileSync(`${log}.1`, 'two\n');
    writeFileSync(log, 'three');
    const session = open({ file: `${log}*`, start: 'beginning' }, { follow: false, last: true });
    await session.ended;
    expect(session.texts()).toEqual(['one', 'two', 'three']);
  });
});

describe('globs', () => {
  test('files and directories that appear later are read from their beginning', async () => {
    writeFileSync(join(directory, 'a.log'), 'old\n');
    const session = open({ file: join(directory, '**', '*.log') });
    await session.until(() => session.condition(join(directory, 'a.log')) === 'atEnd');
    writeFileSync(join(directory, 'b.log'), 'one\n');
    await session.lines(1);
    mkdirSync(join(directory, 'deep', 'er'), { recursive: true });
    writeFileSync(join(directory, 'deep', 'er', 'c.log'), 'two\n');
    await session.lines(2);
    writeFileSync(join(directory, 'deep', 'er', 'd.log'), 'three\n');
    await session.lines(3);
    expect(session.texts()).toEqual(['one', 'two', 'three']);
  });

  test('a file that came while nothing ran is read from its beginning; nothing is read twice', async () => {
    writeFileSync(join(directory, 'a.log'), 'old\n');
    const file = join(directory, '*.log');
    const first = open({ file });
    await first.until(() => first.condition(join(directory, 'a.log')) === 'atEnd');
    await first.stop();
    writeFileSync(join(directory, 'b.log'), 'new\n');
    const second = open({ file }, { marks: first.marks, follow: false });
    await second.ended;
    expect(second.texts()).toEqual(['new']);
  });

  test('nothing matches: said, and taken back when something does', async () => {
    const file = join(directory, 'sub', '*.log');
    const session = open({ file });
    await session.until(() => session.condition(file) === 'gone');
    expect(codes(session)).toEqual(['source.missing']);
    mkdirSync(join(directory, 'sub'));
    writeFileSync(join(directory, 'sub', 'x.log'), 'one\n');
    await session.lines(1);
    expect(session.condition(file)).toBe('atEnd');
  });

  test('a deleted file is forgotten', async () => {
    const path = join(directory, 'a.log');
    writeFileSync(path, '');
    const session = open({ file: join(directory, '*.log') });
    await session.until(() => session.condition(path) === 'atEnd');
    appendFileSync(path, 'one\n');
    await session.lines(1);
    unlinkSync(path);
    await session.until(
      () => session.outputs.some((output) => output.type === 'forget' && output.stream === path),
      9000,
    );
    expect(session.marks.has(path)).toBe(false);
  });
});

describe('one file by several names', () => {
  const path = (name: string): string => join(directory, name);
  const inGlob = (): object => ({ file: path('*.log'), start: 'beginning' });

  test('a glob reads a link and its file once, by the file’s own name, from one opening to the next', async () => {
    writeFileSync(path('app-1.log'), 'one\n');
    symlinkSync('app-1.log', path('a-link.log'));
    const first = open(inGlob(), { follow: false });
    await first.ended;
    expect(first.texts()).toEqual(['one']);
    expect(codes(first)).toEqual(['source.same-file']);
    expect([...first.marks.keys()].toSorted()).toEqual([path('*.log'), path('app-1.log')]);
    appendFileSync(path('app-1.log'), 'two\n');
    const second = open(inGlob(), { marks: first.marks, follow: false });
    await second.ended;
    expect(second.texts()).toEqual(['two']);
  });

  test('of hard links the first by name is read, whoever writes by which', async () => {
    writeFileSync(path('a.log'), 'one\n');
    linkSync(path('a.log'), path('b.log'));
    const session = open(inGlob(), { pace: { watched: 60_000 } });
    await session.until(() => session.condition(path('a.log')) === 'atEnd');
    appendFileSync(path('b.log'), 'two\n');
    await session.lines(2);
    unlinkSync(path('a.log'));
    appendFileSync(path('b.log'), 'three\n');
    await session.until(() => session.condition(path('b.log')) === 'atEnd');
    appendFileSync(path('b.log'), 'four\n');
    await session.lines(4);
    expect(session.texts()).toEqual(['one', 'two', 'three', 'four']);
  });

  test('so is a list that spells one file in several ways', async () => {
    mkdirSync(path('real'));
    writeFileSync(path('real/app.log'), 'one\n');
    symlinkSync('real', path('way'));
    const file = [path('way/app.log'), `${directory}/real/../real/app.log`, path('real/*.log')];
    const session = open({ file, start: 'beginning' }, { follow: false });
    await session.ended;
    expect(session.texts()).toEqual(['one']);
  });

  test('a link that is switched from file to file of the same glob is never read', async () => {
    writeFileSync(path('app-1.log'), 'one\n');
    symlinkSync('app-1.log', path('current.log'));
    const session = open(inGlob(), { pace: { watched: 60_000 } });
    await session.lines(1);
    writeFileSync(path('app-2.log'), 'two\n');
    symlinkSync('app-2.log', path('new'));
    renameSync(path('new'), path('current.log'));
    await session.lines(2);
    appendFileSync(path('current.log'), 'three\n');
    await session.lines(3);
    // Whatever would be read twice is read before this.
    writeFileSync(path('last.log'), 'four\n');
    await session.lines(4);
    expect(session.texts()).toEqual(['one', 'two', 'three', 'four']);
  });

  test('a link that leads to a file of its own is followed, until that is read by another name', async () => {
    writeFileSync(path('elsewhere'), 'one\n');
    writeFileSync(path('app-1.log'), 'two\n');
    symlinkSync('elsewhere', path('current.log'));
    const session = open(inGlob(), { pace: { watched: 60_000 } });
    await session.lines(2);
    symlinkSync('app-1.log', path('new'));
    renameSync(path('new'), path('current.log'));
    await session.until(() => codes(session).includes('source.same-file'));
    appendFileSync(path('app-1.log'), 'three\n');
    await session.lines(3);
    expect(session.texts().toSorted()).toEqual(['one', 'three', 'two']);
  });

  test('what was read by a link goes on by the file’s own name when the paths name it', async () => {
    writeFileSync(log, 'one\n');
    symlinkSync('app.log', path('link'));
    const first = open({ file: path('link'), start: 'beginning' }, { follow: false });
    await first.ended;
    appendFileSync(log, 'two\n');
    const second = open(
      { file: [path('link'), log], start: 'beginning' },
      { marks: first.marks, follow: false },
    );
    await second.ended;
    expect(second.texts()).toEqual(['two']);
    expect([...second.marks.keys()]).toEqual([log]);
  });
});

describe('names that are counted inside', () => {
  const path = (name: string): string => join(directory, name);
  /** As logrotate with `extension .log` does it; the oldest is deleted. */
  const rotate = (): void => {
    rmSync(path('app.3.log'), { force: true });
    for (const number of [2, 1])
      if (existsSync(path(`app.${number}.log`)))
        renameSync(path(`app.${number}.log`), path(`app.${number + 1}.log`));
    renameSync(log, path('app.1.log'));
    writeFileSync(log, '');
  };

  test.each(['*.log', 'app*'])('a rotation within what %s matches reads each line once', async (pattern) => {
    const options = { file: path(pattern), start: 'beginning' };
    writeFileSync(path('app.2.log'), 'a\n');
    writeFileSync(path('app.1.log'), 'b\n');
    writeFileSync(log, 'c\n');
    const expected = ['a', 'b', 'c'];
    const before: string[] = [];
    let session = open(options);
    const all = (): string[] => [...before, ...session.texts()];
    for (let round = 0; round < 12; round += 1) {
      await session.until(() => all().length >= expected.length);
      const isDown = round % 3 === 1;
      if (isDown) {
        await session.stop();
        before.push(...session.texts());
      }
      rotate();
      appendFileSync(path('app.1.log'), `late ${round}\n`);
      appendFileSync(log, `new ${round}\n`);
      expected.push(`late ${round}`, `new ${round}`);
      if (isDown) session = open(options, { marks: session.marks });
    }
    await session.until(() => all().length >= expected.length);
    // What else would be read would be so before this.
    appendFileSync(log, 'end\n');
    await session.until(() => all().includes('end'));
    expect(all().toSorted()).toEqual([...expected, 'end'].toSorted());
    expect(session.notices.filter(({ alert }) => alert)).toEqual([]);
  });

  test.each(['app.log', '*.log'])(
    'a neighbour called so is none of the rotated ones (%s)',
    async (pattern) => {
      const neighbour = path('app-1.log');
      writeFileSync(log, 'one\n');
      writeFileSync(neighbour, 'its own\n');
      const session = open({ file: path(pattern) });
      await session.until(() => session.condition(log) === 'atEnd');
      renameSync(log, `${log}.1`);
      utimesSync(neighbour, new Date(), new Date(Date.now() + 1000));
      writeFileSync(log, 'two\n');
      await session.until(() => session.texts().includes('two'));
      expect(session.texts()).toEqual(['two']);
    },
  );

  test('a file that got another name goes on at its place by that', async () => {
    writeFileSync(log, 'one\n');
    const session = open({ file: path('*.log') }, { pace: { watched: 60_000 } });
    await session.until(() => session.condition(log) === 'atEnd');
    renameSync(log, path('other.log'));
    appendFileSync(path('other.log'), 'two\n');
    await session.until(() => session.condition(path('other.log')) === 'atEnd');
    appendFileSync(path('other.log'), 'three\n');
    await session.lines(2);
    expect(session.texts()).toEqual(['two', 'three']);
    expect([...session.marks.keys()].toSorted()).toEqual([path('*.log'), path('other.log')]);
  });
});

describe('first words', () => {
  const conditions = (session: Session): string[] =>
    session.outputs.flatMap((output) =>
      output.type === 'condition' ? [`${output.stream.slice(directory.length + 1)} ${output.condition}`] : [],
    );

  test('every stream and glob says how it stands before anything is read; who is behind speaks first', async () => {
    writeFileSync(join(directory, 'a.log'), 'one\n');
    const file = ['a.log', 'b.log', 'c.log', 'none/*.log', '*.log', 'dir'].map((name) =>
      join(directory, name),
    );
    const first = open({ file, start: 'beginning' });
    await first.until(
      () =>
        first.condition(join(directory, 'a.log')) === 'atEnd' &&
        first.condition(join(directory, 'dir')) === 'gone',
    );
    await first.stop();
    writeFileSync(join(directory, 'b.log'), 'two\n');
    mkdirSync(join(directory, 'dir'));
    const second = open({ file, start: 'beginning' }, { marks: first.marks });
    await second.until(() => second.condition(join(directory, 'b.log')) === 'atEnd');
    const until = second.outputs.findIndex(
      (output) => output.type === 'chunk' && output.chunk.bytes.length > 0,
    );
    const before = conditions({ ...second, outputs: second.outputs.slice(0, until) });
    expect(before[0]).toBe('b.log reading');
    expect(before.toSorted()).toEqual([
      '*.log atEnd',
      'a.log atEnd',
      'b.log reading',
      'c.log gone',
      'dir unreadable',
      'none/*.log gone',
    ]);
  });

  test('a glob whose last file is deleted is gone', async () => {
    const path = join(directory, 'a.log');
    const file = join(directory, '*.log');
    writeFileSync(path, '');
    const session = open({ file }, { pace: { watched: 60_000 } });
    await session.until(() => session.condition(path) === 'atEnd');
    unlinkSync(path);
    await session.until(() => session.condition(file) === 'gone', 10_000);
  });
});

describe('walks', () => {
  test.each(['*.log', '**/*.log'])('names that %s cannot match cause none', async (pattern) => {
    writeFileSync(log, '');
    let walks = 0;
    const pace = { watched: 60_000, walked: () => (walks += 1) };
    const session = await openAtEnd({ file: join(directory, pattern) }, { pace });
    await session.until(() => walks === 2);
    for (let count = 1; count <= 100; count += 1) {
      writeFileSync(join(directory, `${count}.tmp`), '');
      unlinkSync(join(directory, `${count}.tmp`));
      if (count % 10 !== 0) continue;
      appendFileSync(log, 'one\n');
      await session.lines(count / 10);
    }
    expect(walks).toBe(2);
  });

  test('a backlog is read on while files appear', async () => {
    writeFileSync(log, 'x'.repeat(99).concat('\n').repeat(120_000));
    let walks = 0;
    let made = 0;
    const pace = { watched: 60_000, walkInterval: 60_000, walked: () => (walks += 1) };
    const session = open({ file: join(directory, '*.log'), start: 'beginning' }, { pace });
    await session.until(() => {
      const chunks = session.outputs.filter(({ type }) => type === 'chunk').length;
      for (; made < chunks; made += 1) writeFileSync(join(directory, `new${made}.log`), '');
      return session.condition(log) === 'atEnd';
    });
    expect(made).toBeGreaterThan(5);
    expect(walks).toBe(1);
    writeFileSync(join(directory, 'last.log'), 'last\n');
    await session.until(() => session.texts().at(-1) === 'last');
  });
});

describe('rotation', () => {
  test('a renamed file is read to its end, then the new one', async () => {
    writeFileSync(log, '');
    const session = await openAtEnd();
    appendFileSync(log, 'one\n');
    renameSync(log, `${log}.1`);
    appendFileSync(`${log}.1`, 'two\n');
    writeFileSync(log, 'three\n');
    await session.lines(3);
    appendFileSync(`${log}.1`, 'late\n');
    await session.lines(4);
    expect(session.texts()).toEqual(['one', 'two', 'three', 'late']);
  });

  test('a file rotated twice between two looks is history, and that is said before and after', async () => {
    writeFileSync(log, '');
    const session = await openAtEnd();
    appendFileSync(log, 'one\n');
    await session.lines(1);
    const now = Date.now() / 1000;
    utimesSync(log, now - 20, now - 20);
    renameSync(log, `${log}.2`);
    writeFileSync(`${log}.1`, 'two\n');
    utimesSync(`${log}.1`, now - 10, now - 10);
    writeFileSync(log, 'three\n');
    await session.lines(3);
    await session.until(() => session.condition(log) === 'atEnd');
    const told = session.outputs.flatMap((output) =>
      output.type === 'condition'
        ? [output.condition]
        : output.type === 'chunk' && output.chunk.reference < output.chunk.receivedAt
          ? ['history']
          : [],
    );
    expect(told).toEqual(['atEnd', 'reading', 'history', 'atEnd']);
    expect(untoldHistory(session.outputs)).toEqual([]);
  });

  test('a file that is missing for long is said to be gone without waiting for a look', async () => {
    writeFileSync(log, '');
    const session = await openAtEnd({}, { pace: { watched: 60_000 } });
    unlinkSync(log);
    await session.until(() => session.condition(log) === 'gone', 10_000);
  });

  test('switching a symbolic link is a rotation', async () => {
    writeFileSync(join(directory, 'day1'), '');
    symlinkSync('day1', log);
    const session = await openAtEnd({}, { pace: { watched: 60_000 } });
    appendFileSync(join(directory, 'day1'), 'one\n');
    await session.lines(1);
    writeFileSync(join(directory, 'day2'), 'two\n');
    symlinkSync('day2', `${log}.new`);
    renameSync(`${log}.new`, log);
    await session.lines(2);
    appendFileSync(join(directory, 'day2'), 'three\n');
    await session.lines(3);
    expect(session.texts()).toEqual(['one', 'two', 'three']);
  });

  test.each(['literal', 'glob'])('switching a link to a directory is noticed at once (%s)', async (how) => {
    for (const day of ['day1', 'day2']) {
      mkdirSync(join(directory, 'data', day), { recursive: true });
      writeFileSync(join(directory, 'data', day, 'app.log'), '');
    }
    mkdirSync(join(directory, 'seen'));
    symlinkSync('../data/day1', join(directory, 'seen', '..data'));
    symlinkSync('seen/..data/', join(directory, 'way'));
    const path = join(directory, 'way', 'app.log');
    const file = how === 'glob' ? join(directory, 'way', '*.log') : path;
    const session = open({ file }, { pace: { watched: 60_000 } });
    await session.until(() => session.condition(path) === 'atEnd');
    appendFileSync(join(directory, 'data', 'day1', 'app.log'), 'one\n');
    await session.lines(1);
    appendFileSync(join(directory, 'data', 'day2', 'app.log'), 'two\n');
    symlinkSync('../data/day2', join(directory, 'seen', '..new'));
    renameSync(join(directory, 'seen', '..new'), join(directory, 'seen', '..data'));
    await session.lines(2);
    appendFileSync(join(directory, 'data', 'day2', 'app.log'), 'three\n');
    await session.lines(3);
    expect(session.texts()).toEqual(['one', 'two', 'three']);
  });

  test('when a directory above is replaced, the new one is watched as soon as that is seen', async () => {
    const [upper, lower] = [join(directory, 'upper'), join(directory, 'upper', 'lower')];
    const file = join(lower, 'app.log');
    mkdirSync(lower, { recursive: true });
    writeFileSync(file, 'one\n');
    let walks = 0;
    const pace = { watched: 50, looksPerWalk: 1e9, walked: () => void (walks += 1) };
    const session = open({ file }, { pace });
    await session.until(() => session.condition(file) === 'atEnd');
    renameSync(upper, join(directory, 'former'));
    mkdirSync(lower, { recursive: true });
    const before = walks;
    writeFileSync(file, 'two\n');
    await session.lines(1);
    await session.until(() => walks > before);
    expect(session.texts()).toEqual(['two']);
  });

  test('a late line in a rotated file does not wait for a look', async () => {
    writeFileSync(log, '');
    const session = await openAtEnd({}, { pace: { watched: 60_000 } });
    appendFileSync(log, 'one\n');
    renameSync(log, `${log}.1`);
    writeFileSync(log, 'two\n');
    await session.lines(2);
    appendFileSync(`${log}.1`, 'late\n');
    await session.lines(3);
  });

  test('a file that was empty when it was renamed, while nothing ran, is still looked at', async () => {
    writeFileSync(log, '');
    const first = await openAtEnd();
    await first.stop();
    renameSync(log, `${log}.1`);
    writeFileSync(log, '');
    const second = await openAtEnd({}, { marks: first.marks, pace: { watched: 60_000 } });
    appendFileSync(`${log}.1`, 'late\n');
    await second.lines(1);
    expect(second.texts()).toEqual(['late']);
  });

  test('a mirror that replaces the file by a longer copy goes on where it was', async () => {
    const text = `${'x'.repeat(2000)}\n`;
    writeFileSync(log, text);
    const session = await openAtEnd();
    writeFileSync(`${log}.tmp`, `${text}one\n`);
    renameSync(`${log}.tmp`, log);
    await session.lines(1);
    writeFileSync(`${log}.tmp`, `${text}one\ntwo\n`);
    renameSync(`${log}.tmp`, log);
    await session.lines(2);
    expect(session.texts()).toEqual(['one', 'two']);
  });

  test('truncated and grown past the old place is noticed and said', async () => {
    writeFileSync(log, 'a first line\n');
    const session = await openAtEnd();
    writeFileSync(log, 'quite another line\nand one more\n');
    await session.lines(2);
    expect(session.texts()).toEqual(['quite another line', 'and one more']);
    expect(codes(session)).toEqual([expect.stringMatching(/^source\.(rewritten|truncated)$/)]);
  });

  test('the hole that a writer without O_APPEND leaves after a truncation is left out', async () => {
    writeFileSync(log, '');
    const session = await openAtEnd();
    appendFileSync(log, `${'x'.repeat(5000)}\n`);
    await session.lines(1);
    truncateSync(log);
    writeFileSync(log, Buffer.concat([Buffer.alloc(5001), Buffer.from('after the hole\n')]));
    await session.lines(2);
    expect(session.texts().at(-1)).toBe('after the hole');
    expect(codes(session)).toContain('source.sparse');
  });

  test('an inode used again for another file while nothing ran is not taken for the old one', async () => {
    writeFileSync(log, '');
    const first = await openAtEnd();
    appendFileSync(log, 'the old text, read\n');
    await first.lines(1);
    await first.stop();
    const { ino } = statSync(log);
    appendFileSync(log, 'old text, not read\n');
    const half = await openAtEnd({}, { marks: first.marks });
    await half.stop();
    unlinkSync(log);
    // The file system gives freed inodes out again, if not at once then soon.
    let tries = 0;
    for (writeFileSync(log, ''); statSync(log).ino !== ino && tries < 2000; tries += 1) {
      renameSync(log, join(directory, `other${tries}`));
      writeFileSync(log, '');
    }
    writeFileSync(log, 'something else that is longer than the file was before, by far\n');
    const second = open({}, { marks: half.marks });
    await second.lines(1);
    expect(second.texts()).toEqual(['something else that is longer than the file was before, by far']);
    expect(second.notices.find(({ code }) => code === 'source.lost')?.alert).toBe(true);
  });

  test('a file that is gone says how many bytes are known not to have been read', async () => {
    writeFileSync(log, '');
    const first = await openAtEnd();
    appendFileSync(log, 'one\nand a part of a line');
    await first.lines(1);
    await first.stop();
    unlinkSync(log);
    const second = open({}, { marks: first.marks, follow: false });
    await second.ended;
    const lost = second.notices.find(({ code }) => code === 'source.lost');
    expect(lost).toMatchObject({ alert: true, text: expect.stringContaining('20 bytes') });
  });

  test('a compressed predecessor is read from where it was left', async () => {
    writeFileSync(log, '');
    const first = await openAtEnd();
    appendFileSync(log, 'one\n');
    await first.lines(1);
    await first.stop();
    appendFileSync(log, 'two\n');
    writeFileSync(`${log}.1.gz`, gzipSync('one\ntwo\n'));
    unlinkSync(log);
    writeFileSync(log, 'three\n');
    const second = open({}, { marks: first.marks, follow: false });
    await second.ended;
    expect(second.texts()).toEqual(['two', 'three']);
    expect(codes(second)).toEqual([]);
  });

  test('a copy beside the file is not read', async () => {
    writeFileSync(log, '');
    const session = await openAtEnd({ file: `${log}*` });
    appendFileSync(log, 'one\n');
    await session.lines(1);
    copyFileSync(log, `${log}.1`);
    appendFileSync(log, 'two\n');
    await session.lines(2);
    expect(session.texts()).toEqual(['one', 'two']);
  });
});

describe('bytes', () => {
  test('NUL, invalid UTF-8 and CR LF pass; a last line that is read for good needs no ending', async () => {
    writeFileSync(log, Buffer.from('\0\0\xff\xfe\r\n\n\r\n\xc3', 'latin1'));
    const session = open({ start: 'beginning' }, { follow: false, last: true });
    await session.ended;
    expect(session.texts()).toEqual(['\0\0\xff\xfe', '', '', '\xc3']);
  });

  test('without follow an unfinished line waits for the next opening', async () => {
    writeFileSync(log, 'one\nope');
    const first = open({ start: 'beginning' }, { follow: false });
    await first.ended;
    expect(first.texts()).toEqual(['one']);
    appendFileSync(log, 'n 456\n');
    const second = open({}, { marks: first.marks, follow: false });
    await second.ended;
    expect(second.texts()).toEqual(['open 456']);
  });

  test('without follow a compressed file is finished', async () => {
    const packed = join(directory, 'old.gz');
    writeFileSync(packed, gzipSync('one\ntwo'));
    const session = open({ file: packed, start: 'beginning' }, { follow: false });
    await session.ended;
    expect(session.texts()).toEqual(['one', 'two']);
  });

  test.each([
    ['with a byte order mark', '\ufeffone\r\n'],
    ['without one', 'Error: one\r\n'],
  ])('UTF-16 is said once (%s), also of what was there before', async (_, text) => {
    writeFileSync(log, Buffer.from(text, 'utf16le'));
    const session = await openAtEnd();
    appendFileSync(log, Buffer.from('two\r\n', 'utf16le'));
    await session.lines(1);
    appendFileSync(log, Buffer.from('three\r\n', 'utf16le'));
    await session.lines(2);
    expect(codes(session)).toEqual(['source.utf-16']);
  });

  test('a line of 10 MB is cut and counted, and what follows it is read', async () => {
    writeFileSync(log, '');
    const session = await openAtEnd();
    appendFileSync(log, `before\n${'x'.repeat(10_000_000)}`);
    appendFileSync(log, '\nafter\n');
    await session.lines(3);
    expect(session.texts().map(({ length }) => length)).toEqual([6, 65_536, 5]);
    expect(codes(session)).toEqual(['source.too-long']);
  });

  test('a restart within a line that is too long goes on leaving it out', async () => {
    writeFileSync(log, '');
    const first = await openAtEnd();
    appendFileSync(log, 'x'.repeat(100_000));
    await first.lines(1);
    await first.stop();
    appendFileSync(log, 'yyy\nafter\n');
    const second = open({}, { marks: first.marks });
    await second.lines(1);
    expect(second.texts()).toEqual(['after']);
  });

  test('a backlog is given in large blocks and dated by the file', async () => {
    const lines = Array.from({ length: 300_000 }, (_, index) => `line ${index}`);
    writeFileSync(log, `${lines.join('\n')}\n`);
    const session = open({ start: 'beginning' });
    await session.until(() => session.condition(log) === 'atEnd');
    expect(session.texts().length).toBe(lines.length);
    const chunks = session.outputs.flatMap((output) => (output.type === 'chunk' ? [output.chunk] : []));
    expect(chunks.length).toBeLessThan(8);
    expect(chunks[0]?.reference).toBe(Math.floor(statSync(log).mtimeMs));
    const conditions = session.outputs.flatMap((output) =>
      output.type === 'condition' ? [output.condition] : [],
    );
    expect(conditions).toEqual(['reading', 'atEnd']);
  });
});

describe('several lines', () => {
  const multiline = { start: '^\\d', wait: '200ms' };

  test('without follow the last one waits for the next opening, until its file was quiet for as long', async () => {
    writeFileSync(log, '1 a\n  at x\n2 b\n');
    const inAMinute = Date.now() / 1000 + 60;
    utimesSync(log, inAMinute, inAMinute);
    const first = open({ multiline, start: 'beginning' }, { follow: false });
    await first.ended;
    expect(first.texts()).toEqual(['1 a\n  at x']);
    appendFileSync(log, '  at y\n');
    const aMinuteAgo = Date.now() / 1000 - 60;
    utimesSync(log, aMinuteAgo, aMinuteAgo);
    const second = open({ multiline }, { marks: first.marks, follow: false });
    await second.ended;
    expect(second.texts()).toEqual(['2 b\n  at y']);
    const third = open({ multiline }, { marks: second.marks, follow: false });
    await third.ended;
    expect(third.texts()).toEqual([]);
  });

  test('lines that do not match belong to the record before; the last one waits', async () => {
    writeFileSync(log, '');
    const first = await openAtEnd({ multiline });
    appendFileSync(log, '1 a\n  at x\n2 b\n');
    await first.lines(1);
    await first.stop();
    const second = open({ multiline }, { marks: first.marks });
    appendFileSync(log, '  at y\n');
    await second.lines(1);
    expect([...first.texts(), ...second.texts()]).toEqual(['1 a\n  at x', '2 b\n  at y']);
  });

  test('a record that is too long is cut and the rest of it left out', async () => {
    writeFileSync(log, `1 a\n${'  at x\n'.repeat(100)}2 b\n`);
    const session = open(
      { multiline, start: 'beginning', 'max-record': '50B' },
      { follow: false, last: true },
    );
    await session.ended;
    expect(session.texts().map((text) => text.slice(0, 5))).toEqual(['1 a\n ', '2 b']);
    expect(session.texts()[0]?.length).toBe(50);
    expect(codes(session)).toEqual(['source.too-long']);
  });
});

describe('running', () => {
  test('a line is there soon after it was written', async () => {
    writeFileSync(log, '');
    const session = await openAtEnd({}, { pace: { watched: 60_000 } });
    const times: number[] = [];
    for (let count = 1; count <= 50; count += 1) {
      const from = performance.now();
      appendFileSync(log, `${count}\n`);
      await session.lines(count);
      times.push(performance.now() - from);
    }
    const median = times.toSorted((a, b) => a - b)[25] ?? 0;
    // A guard against falling back to the poll, which would be a minute here.
    expect(median).toBeLessThan(200);
  });

  test('without a change there is one look per interval and nothing else', async () => {
    writeFileSync(log, '');
    let looks = 0;
    const session = await openAtEnd({}, { pace: { watched: 100, looked: () => (looks += 1) } });
    const before = session.outputs.length;
    const from = performance.now();
    await session.until(() => looks >= 10);
    expect(performance.now() - from).toBeGreaterThan(850);
    expect(session.outputs.length).toBe(before);
  });

  test('all files and watches are closed at the end', async () => {
    writeFileSync(log, '');
    const opened = (): string[] => readdirSync('/proc/self/fd');
    const session = await openAtEnd();
    appendFileSync(log, 'one\n');
    await session.lines(1);
    renameSync(log, `${log}.1`);
    writeFileSync(log, 'two\n');
    await session.lines(2);
    await session.stop();
    const { readlinkSync } = await import('node:fs');
    const ours = opened().filter((fd) => {
      const path = `/proc/self/fd/${fd}`;
      return existsSync(path) && readlinkSync(path).startsWith(directory);
    });
    expect(ours).toEqual([]);
  });

  test('files are served in turn', async () => {
    for (const name of ['a', 'b'])
      writeFileSync(join(directory, `${name}.log`), 'x'.repeat(99).concat('\n').repeat(50_000));
    const session = open({ file: join(directory, '*.log'), start: 'beginning' }, { follow: false });
    await session.ended;
    const order = session.outputs.flatMap((output) =>
      output.type === 'chunk' && output.chunk.bytes.length > 0 ? [output.chunk.position.stream.at(-5)] : [],
    );
    expect(order.slice(0, 4)).toEqual(['a', 'b', 'a', 'b']);
  });

  test('a directory in the file’s place is said and does not end the source', async () => {
    mkdirSync(log);
    const session = open();
    await session.until(() => session.condition(log) === 'unreadable');
    expect(codes(session)).toEqual(['source.not-a-file']);
    rmSync(log, { recursive: true });
    writeFileSync(log, 'one\n');
    await session.until(() => session.condition(log) === 'atEnd');
  });
});

describe.skipIf(process.getuid?.() !== 0)('permission', () => {
  test('says owner, group and mode, and reads when it may', async () => {
    writeFileSync(log, 'old\n');
    chmodSync(directory, 0o755);
    chmodSync(log, 0o640);
    const groups = process.getgroups?.() ?? [];
    process.setgroups?.([]);
    process.setegid?.(65_534);
    process.seteuid?.(65_534);
    try {
      const session = open();
      await session.until(() => session.condition(log) === 'unreadable');
      expect(session.notices.map(({ text }) => text).join()).toMatch(
        /owner root, group root, mode 0640.*membership of group root/,
      );
      process.seteuid?.(0);
      appendFileSync(log, 'new\n');
      chmodSync(log, 0o644);
      process.seteuid?.(65_534);
      await session.lines(1);
      expect(session.texts()).toEqual(['new']);
    } finally {
      process.seteuid?.(0);
      process.setegid?.(0);
      process.setgroups?.(groups);
    }
  });
});
