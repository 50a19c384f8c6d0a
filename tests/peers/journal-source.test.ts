import { afterEach, describe, expect, test, vi } from 'vitest';
import { createIntake } from '../../src/daemon/intake.ts';
import { journalKind } from '../../src/sources/journal/kind.ts';
import { followJournal } from '../../src/sources/journal/follow.ts';
import { size } from '../size.ts';
import { startJournal, whyNoJournal, type JournalPeer, type NewEntry } from './journal-peer.ts';
import { openSession, type SourceSession } from './source-session.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const missing = whyNoJournal();
let journal: JournalPeer | undefined;
const sessions: SourceSession[] = [];

afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.stop()));
  await journal?.close();
  journal = undefined;
});

const entry = (message: NewEntry[string], more: NewEntry = {}): NewEntry => ({
  MESSAGE: message,
  PRIORITY: '4',
  SYSLOG_IDENTIFIER: 'app',
  SYSLOG_FACILITY: '4',
  _HOSTNAME: 'web1',
  _PID: '77',
  _SYSTEMD_UNIT: 'app.service',
  ...more,
});

const numbered = (from: number, to: number): NewEntry[] =>
  Array.from({ length: to - from + 1 }, (_, index) => entry(`m${String(from + index)}`));

async function withJournal(...entries: NewEntry[]): Promise<JournalPeer> {
  journal = startJournal();
  journal.add(...entries);
  await journal.untilWritten(entries.length);
  return journal;
}

function open(
  { directory }: JournalPeer,
  {
    filters = {},
    ...rest
  }: { readonly filters?: object; readonly start?: string; readonly 'max-record'?: string } = {},
  options: Parameters<typeof openSession>[1] = {},
): SourceSession {
  const read = journalKind.options.parse({ journal: { directory, ...filters }, ...rest });
  const pace = { answer: 60_000, silence: 60_000, restart: { first: 50, longest: 200, well: 60_000 } };
  const session = openSession((ports) => followJournal(read, ports, pace), options);
  sessions.push(session);
  return session;
}

const messages = (session: SourceSession): string[] =>
  session.records().map(({ bytes, facts }) => bytes.subarray(facts?.message).toString());

describe.skipIf(missing !== undefined)(
  `a real journal${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    test('reads on where it was, whatever happened meanwhile: stop, rotation', async () => {
      const peer = await withJournal(...numbered(1, 20));
      const first = open(peer, { start: 'beginning' });
      await first.untilRecords(20);
      await first.untilCondition('atEnd');
      peer.add(...numbered(21, 22));
      await first.untilRecords(22);
      await first.stop();
      peer.add(...numbered(23, 30));
      await peer.untilWritten(30);
      await peer.rotate();
      peer.add(...numbered(31, 40));
      await peer.untilWritten(40);
      const second = open(peer, {}, { marks: first.marks });
      await second.untilRecords(18);
      await second.untilCondition('atEnd');
      await peer.rotate();
      peer.add(entry('m41'));
      await second.untilRecords(19);
      expect([...messages(first), ...messages(second)]).toEqual(
        Array.from({ length: 41 }, (_, index) => `m${String(index + 1)}`),
      );
      expect(first.conditions()).toEqual(['reading', 'atEnd']);
      expect(second.notices()).toEqual([]);
    });

    test('begins at the end when it is seen for the first time, also when nothing was ever read after that', async () => {
      const peer = await withJournal(...numbered(1, 5));
      const first = open(peer);
      await first.untilCondition('atEnd');
      expect(first.texts()).toEqual([]);
      await first.stop();
      peer.add(...numbered(6, 7));
      await peer.untilWritten(7);
      const second = open(peer, {}, { marks: first.marks, follow: false });
      await second.ended;
      expect(messages(second)).toEqual(['m6', 'm7']);
      expect(second.conditions()).toEqual(['reading', 'atEnd']);
    });

    test('a record is the line that syslog would have written; the fields are beside it', async () => {
      const peer = await withJournal(
        entry('Failed password for root', { USER_ID: '7', TAG: ['a', 'b'] }),
        entry('one\ntwo\n'),
        entry(Buffer.from([0xff, 0x00, 0x41])),
        entry('é', { SYSLOG_IDENTIFIER: 'odd name]: x' }),
        { MESSAGE: 'bare' },
        entry('about a unit', { _PID: '1', UNIT: 'db.service', _SYSTEMD_UNIT: 'init.scope' }),
      );
      const session = open(peer, { start: 'beginning' }, { follow: false });
      await session.ended;
      const records = session.records();
      expect(session.texts()).toEqual([
        '2023-11-14T22:13:20.000000+00:00 web1 app[77]: Failed password for root',
        '2023-11-14T22:13:21.000000+00:00 web1 app[77]: one\ntwo\n',
        '2023-11-14T22:13:22.000000+00:00 web1 app[77]: \ufffd\u0000A',
        '2023-11-14T22:13:23.000000+00:00 web1 odd name]: x[77]: é',
        '2023-11-14T22:13:24.000000+00:00 localhost bare',
        '2023-11-14T22:13:25.000000+00:00 web1 app[1]: about a unit',
      ]);
      expect(records[2]?.bytes.subarray(-3)).toEqual(Buffer.from([0xff, 0x00, 0x41]));
      expect(records[0]?.facts).toMatchObject({
        at: 1_700_000_000_000,
        host: 'web1',
        program: 'app',
        pid: '77',
        severity: 'warning',
        fields: { unit: 'app.service', facility: 'auth', USER_ID: '7', PRIORITY: '4' },
      });
      expect(records[0]?.facts?.fields?.['TAG']).toEqual(expect.arrayContaining(['a', 'b']));
      expect(records[5]?.facts?.fields).toMatchObject({ unit: 'db.service' });
    });

    test('rules see it as they see a line of a file', async () => {
      const peer = await withJournal(
        entry('Failed password for root'),
        entry('{"level":"error","msg":"disk full","disk":"sda"}'),
      );
      const session = open(peer, { start: 'beginning' }, { follow: false });
      await session.ended;
      const ports = {
        indexOf: (bytes: Uint8Array, needle: Uint8Array, from: number) =>
          Buffer.from(bytes).indexOf(needle, from),
        decode: (bytes: Uint8Array, from: number, to: number, encoding: 'utf8' | 'latin1') =>
          Buffer.from(bytes.subarray(from, to)).toString(encoding),
        isLinear: () => true,
        guarded: (regex: RegExp, text: string) => regex.exec(text),
      };
      const rule = {
        id: 'any',
        origin: { dialect: 'native' },
        pattern: { type: 'not', of: { type: 'literal', text: 'x' } },
      };
      const program = { rules: [rule] } as never;
      const eventsOf = (format: string) => {
        const intake = createIntake({ name: 'in', format }, program, 'UTC', ports);
        const chunks = session.outputs.flatMap((output) => (output.type === 'chunk' ? [output.chunk] : []));
        return chunks.flatMap((chunk) => [...intake.take(chunk)]).map(({ event }) => event);
      };
      expect(eventsOf('auto')[0]).toMatchObject({
        text: 'Failed password for root',
        line: '2023-11-14T22:13:20.000000+00:00 web1 app[77]: Failed password for root',
        host: 'web1',
        program: 'app',
        pid: '77',
        severity: 'warning',
        at: 1_700_000_000_000,
      });
      expect(eventsOf('json')[1]).toMatchObject({
        text: 'disk full',
        program: 'app',
        severity: 'err',
        fields: { disk: 'sda', unit: 'app.service' },
      });
    });

    test('filters, also with a place that they do not let pass', async () => {
      const other = { _SYSTEMD_UNIT: 'other.service', SYSLOG_IDENTIFIER: 'other', PRIORITY: '6' };
      const peer = await withJournal(entry('a'), entry('b', other), entry('c'), entry('d', other));
      const end = open(peer);
      await end.untilCondition('atEnd');
      await end.stop();
      peer.add(entry('e'), entry('f', other), entry('g'));
      await peer.untilWritten(7);
      const read = async (filters: object): Promise<string[]> => {
        const session = open(peer, { filters }, { marks: end.marks, follow: false });
        await session.ended;
        return messages(session);
      };
      expect(await read({ units: ['app.service'] })).toEqual(['e', 'g']);
      expect(await read({ identifiers: 'other' })).toEqual(['f']);
      expect(await read({ priority: 'warning' })).toEqual(['e', 'g']);
      expect(await read({ matches: ['_PID=77', 'SYSLOG_IDENTIFIER=other'] })).toEqual(['f']);
      expect(await read({ facilities: ['mail'] })).toEqual([]);
    });

    test('says what may be missing when its place was vacuumed', async () => {
      const peer = await withJournal(...numbered(1, 10));
      const first = open(peer, { start: 'beginning' });
      await first.untilRecords(10);
      await first.stop();
      peer.add(...numbered(11, 15));
      await peer.untilWritten(15);
      await peer.rotate();
      peer.add(...numbered(16, 18));
      await peer.untilWritten(18);
      peer.vacuum();
      const second = open(peer, {}, { marks: first.marks, follow: false });
      await second.ended;
      expect(messages(second)).toEqual(['m16', 'm17', 'm18']);
      const [notice, ...others] = second.notices();
      expect(others).toEqual([]);
      expect(notice).toMatchObject({ code: 'source.lost', alert: true });
      expect(notice?.text).toContain('2023-11-14T22:13:29.000Z');
      expect(notice?.text).toContain('2023-11-14T22:13:35.000Z');
    });

    test('no value grows beyond its limit, and the entry after a huge one is whole', async () => {
      const huge = Buffer.alloc(size('JOURNAL_HUGE', 2, 64) * 2 ** 20, 'x');
      const peer = await withJournal(entry(huge, { COREDUMP: huge }), entry('after'));
      const session = open(peer, { start: 'beginning', 'max-record': '10KiB' }, { follow: false });
      await session.ended;
      const [cut, after] = session.records();
      expect(cut?.bytes.length).toBe((cut?.facts?.message ?? 0) + 10 * 1024);
      expect(String(cut?.facts?.fields?.['COREDUMP'])).toHaveLength(4096);
      expect(after?.text).toContain('app[77]: after');
      expect(session.notices().map(({ code }) => code)).toEqual(['source.too-long']);
    });

    test('is slow where its reader is slow, and loses nothing', async () => {
      const many = size('JOURNAL_ENTRIES', 3000, 100_000);
      const peer = await withJournal(...numbered(1, many));
      let release = (): void => undefined;
      const first = new Promise<void>((resolve) => (release = resolve));
      const session = open(peer, { start: 'beginning' }, { gate: () => first });
      await session.until(() => session.outputs.length > 0, 'the first output');
      release();
      await session.untilRecords(many);
      await session.untilCondition('atEnd');
      expect(messages(session)).toEqual(Array.from({ length: many }, (_, index) => `m${String(index + 1)}`));
      const positions = session.outputs.flatMap((output) =>
        output.type === 'chunk' ? [output.chunk.position] : [],
      );
      positions.reduce((before, { begin, end }) => (expect(begin).toBe(before), end), 0);
    });

    test('a journalctl that dies is started again, without loss', async () => {
      const peer = await withJournal(...numbered(1, 3));
      const session = open(peer, { start: 'beginning' });
      await session.untilCondition('atEnd');
      await killReaders(peer.directory);
      await session.until(() => session.notices().length > 0, 'a notice');
      peer.add(...numbered(4, 5));
      await session.untilRecords(5);
      expect(messages(session)).toEqual(['m1', 'm2', 'm3', 'm4', 'm5']);
      expect(session.notices()[0]).toMatchObject({ code: 'source.ended' });
      expect(session.notices()[0]?.text).toContain('SIGKILL');
      await session.untilCondition('atEnd');
      expect(session.conditions()).toContain('unreadable');
    });
  },
);

test('what is no journal is said once, and tried again', async () => {
  const peer = { directory: '/nonexistent/journal' } as JournalPeer;
  const session = open(peer);
  await session.untilCondition('unreadable');
  expect(session.notices()).toHaveLength(1);
  expect(session.notices()[0]).toMatchObject({ code: 'source.unreadable' });
  const absent = journalKind.options.parse({ journal: { program: '/nonexistent/journalctl' } });
  const other = openSession((ports) => journalKind.open(absent, ports), { follow: false });
  await other.ended;
  expect(other.notices()[0]?.text).toContain('is systemd installed?');
  expect(other.conditions()).toEqual(['reading', 'unreadable']);
});

/** Ends the journalctl processes that read a directory. */
async function killReaders(directory: string): Promise<void> {
  const { readdirSync, readFileSync } = await import('node:fs');
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
      if (line.includes('--follow') && line.includes(directory)) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It ended meanwhile.
    }
  }
}
