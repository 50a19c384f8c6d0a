import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Alert, Notification } from '../model/alert.ts';
import { instant } from '../model/time.ts';
import type { Ledger, Round } from './contract.ts';
import { openLedger, openLedgerReader } from './ledger.ts';
import { createMemoryLedger } from './memory.ts';
import { loadSqlite } from './sqlite/driver.ts';

const at = instant(1_790_000_000_000);
const endings: (() => void)[] = [];

afterEach(() => {
  for (const end of endings.splice(0).reverse()) end();
});

function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'ledger-'));
  endings.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Every byte that a copy of the directory would have to keep: a reader may leave an empty log. */
function contentOf(directory: string): ReadonlyMap<string, string> {
  const files = readdirSync(directory).filter((name) => !name.endsWith('-shm'));
  const contents = files.map((name) => [name, readFileSync(join(directory, name), 'base64')] as const);
  return new Map(contents.filter(([, content]) => content !== ''));
}

async function open(directory = freshDirectory()): Promise<Ledger> {
  const opened = await openLedger({ directory }, at);
  if (!opened.ok) throw new Error(opened.failure.detail);
  endings.push(() => opened.ledger.close());
  return opened.ledger;
}

function alert(id: string, more: Partial<Alert> = {}): Alert {
  const last = more.lastAt ?? instant(100);
  return {
    id,
    rule: 'ssh',
    key: ['203.0.113.7'],
    severity: 'critical',
    status: 'open',
    raises: 1,
    mutedSinceTold: 0,
    firstAt: last,
    lastAt: last,
    last: { count: 1, first: last, last, fields: {}, source: 's', stream: 'f', offset: 0, line: 'x' },
    samples: ['x'],
    ...more,
  };
}

function notification(id: string, more: Partial<Notification> = {}): Notification {
  return {
    id,
    alerts: [],
    severity: 'critical',
    receiver: 'night',
    channel: 'phone',
    hop: 0,
    reason: 'first',
    state: 'pending',
    createdAt: instant(100),
    dueAt: instant(100),
    attempt: 0,
    part: 0,
    ...more,
  };
}

/** Commits a round of these things only. */
function commit(ledger: Ledger, more: Partial<Round>): void {
  const nothing = {
    at,
    nextSeq: 0,
    journal: [],
    marks: [],
    alerts: [],
    notifications: [],
    decisions: [],
    intents: [],
  };
  const written = ledger.commit({ ...nothing, messages: new Map(), alertingRows: [], ...more });
  expect(written).toEqual({ ok: true });
}

const idsOf = (things: readonly { readonly id: string }[]): string[] => things.map(({ id }) => id);

describe.each([
  ['a ledger on disk', () => open()],
  ['a ledger in memory', () => Promise.resolve(createMemoryLedger())],
])('reading %s', (_, make) => {
  test('alerts come newest first, by rule, status and time of the last raise or resolution', async () => {
    const ledger = await make();
    commit(ledger, {
      alerts: [
        alert('A1', { lastAt: instant(10) }),
        alert('A2', { lastAt: instant(30), rule: 'disk' }),
        alert('A3', { lastAt: instant(20), status: 'resolved', resolvedAt: instant(40) }),
      ],
    });
    expect(idsOf(ledger.alerts({ limit: 10 }))).toEqual(['A3', 'A2', 'A1']);
    expect(idsOf(ledger.alerts({ limit: 2 }))).toEqual(['A3', 'A2']);
    expect(idsOf(ledger.alerts({ limit: 10, rule: 'ssh' }))).toEqual(['A3', 'A1']);
    expect(idsOf(ledger.alerts({ limit: 10, status: 'open' }))).toEqual(['A2', 'A1']);
    expect(idsOf(ledger.alerts({ limit: 10, since: instant(30) }))).toEqual(['A3', 'A2']);
    expect(ledger.countAlerts({})).toBe(3);
    expect(ledger.countAlerts({ rule: 'ssh' })).toBe(2);
    expect(ledger.countAlerts({ status: 'open', since: instant(30) })).toBe(1);
    expect(idsOf(ledger.alerts({ limit: 10, rule: 'ssh', status: 'resolved', since: instant(40) }))).toEqual([
      'A3',
    ]);
  });

  test('an alert is found by the beginning of its id, several when it is ambiguous, none by odd text', async () => {
    const ledger = await make();
    commit(ledger, { alerts: [alert('7KD0'), alert('7KD1'), alert('8')] });
    expect(idsOf(ledger.findAlerts('7KD1'))).toEqual(['7KD1']);
    expect(idsOf(ledger.findAlerts('7K'))).toEqual(['7KD0', '7KD1']);
    for (const odd of ['7K%', '_', '9', "' OR 1=1", '\0']) expect(ledger.findAlerts(odd)).toEqual([]);
  });

  test('a joined notification is found from each of its alerts', async () => {
    const ledger = await make();
    const joined = notification('N1', { alerts: ['A1', 'A2'] });
    commit(ledger, { alerts: [alert('A1'), alert('A2')], notifications: [joined] });
    expect(ledger.notificationsOf('A1')).toEqual([joined]);
    expect(ledger.notificationsOf('A2')).toEqual([joined]);
    expect(ledger.notificationsOf('A3')).toEqual([]);
  });

  test('what is not settled comes oldest first', async () => {
    const ledger = await make();
    const states = [
      'sent',
      'pending',
      'dead',
      'unknown',
      'joined',
      'held',
      'muted',
      'sending',
      'passed',
    ] as const;
    commit(ledger, {
      notifications: states.map((state, index) =>
        notification(state, { state, createdAt: instant(100 - index) }),
      ),
    });
    expect(idsOf(ledger.unsettled(10))).toEqual(['sending', 'held', 'unknown', 'pending']);
    expect(idsOf(ledger.unsettled(1))).toEqual(['sending']);
    commit(ledger, { notifications: [notification('held', { state: 'sent' })] });
    expect(idsOf(ledger.unsettled(10))).toEqual(['sending', 'unknown', 'pending']);
    expect(ledger.counts()).toMatchObject({ alerts: 0, byState: { sent: 2, pending: 1, dead: 1, muted: 1 } });
    expect(ledger.counts().byState).not.toHaveProperty('held');
  });

  test('what is unsettled and what is open is told without its data', async () => {
    const ledger = await make();
    commit(ledger, {
      alerts: [
        alert('A1', { lastAt: instant(9) }),
        alert('A2', { status: 'resolved' }),
        alert('A3', { rule: 'disk', lastAt: instant(5) }),
      ],
      notifications: [
        notification('N1'),
        notification('N2', { state: 'sent' }),
        notification('N3', { state: 'held' }),
      ],
    });
    expect(ledger.countUnsettled()).toBe(2);
    expect(ledger.openAlerts()).toEqual([
      { id: 'A3', rule: 'disk' },
      { id: 'A1', rule: 'ssh' },
    ]);
  });

  test('the marks alone are those of a whole restore', async () => {
    const ledger = await make();
    commit(ledger, { marks: [{ source: 's', stream: 'f', mark: { offset: 7 } }] });
    expect(ledger.marks()).toEqual(new Map([['s', new Map([['f', { offset: 7 }]])]]));
    expect(ledger.marks()).toEqual(ledger.restore().marks);
    expect(ledger.recall()).toEqual({ ok: true, restored: ledger.restore() });
  });

  test('the last success of channels is when their newest message was sent', async () => {
    const ledger = await make();
    const sent = (id: string, channel: string, due: number) =>
      notification(id, { channel, state: 'sent', alerts: ['A1'], dueAt: instant(due) });
    commit(ledger, {
      alerts: [alert('A1')],
      notifications: [
        sent('N1', 'phone', 10),
        sent('N2', 'phone', 20),
        sent('N3', 'mail', 30),
        notification('N4', { dueAt: instant(40) }),
      ],
      decisions: [
        { at: instant(21), alert: 'A1', notification: 'N2', step: 'attempt', text: '' },
        { at: instant(25), alert: 'A1', notification: 'N2', step: 'sent', text: '' },
      ],
    });
    expect(ledger.lastSent(['phone'])).toBe(25);
    expect(ledger.lastSent(['phone', 'mail'])).toBe(30);
    expect(ledger.lastSent(['pager'])).toBeUndefined();
    expect(ledger.lastSent([])).toBeUndefined();
  });

  test('a memo is what was remembered last', async () => {
    const ledger = await make();
    expect(ledger.memo('phone')).toBeUndefined();
    ledger.remember('phone', { window: [1, null] });
    ledger.remember('phone', false);
    expect(ledger.memo('phone')).toBe(false);
  });
});

describe('what the writer remembers of its rows', () => {
  const sent = notification('N1', { alerts: ['A1'], state: 'sent' });
  const resolved = alert('A1', { status: 'resolved', resolvedAt: instant(100) });
  const one = { alerts: 1, openAlerts: 0, byState: { sent: 1 } };

  test('does not outlive their deletion', async () => {
    const ledger = await open();
    for (let turn = 0; turn < 2; turn += 1) {
      commit(ledger, { alerts: [resolved], notifications: [sent] });
      expect(ledger.counts()).toMatchObject(one);
      expect(ledger.retain({ before: instant(500), maxBytes: 1e12 })).toEqual({ deleted: 1 });
      expect(ledger.counts()).toMatchObject({ alerts: 0, byState: {} });
    }
    commit(ledger, { alerts: [resolved], notifications: [sent] });
    expect(ledger.notificationsOf('A1')).toEqual([sent]);
  });

  test('does not outlive a round that failed', async () => {
    const ledger = await open();
    commit(ledger, { alerts: [alert('A1')], notifications: [notification('N1', { alerts: ['A1'] })] });
    const contradiction = [{ seq: 9, input: 1 }];
    const failing = { alerts: [resolved, alert('A2')], notifications: [sent], journal: contradiction };
    const rest = { at, nextSeq: 0, marks: [], messages: new Map(), decisions: [], alertingRows: [] };
    expect(() => ledger.commit({ ...rest, ...failing })).toThrow('bug');
    const unreadable = new Map([['N7', undefined as never]]);
    expect(() => ledger.commit({ ...rest, ...failing, journal: [], messages: unreadable })).toThrow();
    expect(ledger.counts()).toMatchObject({ alerts: 1, openAlerts: 1, byState: { pending: 1 } });
    commit(ledger, { alerts: [resolved], notifications: [sent] });
    expect(ledger.counts()).toMatchObject(one);
  });
});

test('a ledger in memory forgets what is over, counts it, and keeps what is on its way', () => {
  const ledger = createMemoryLedger(10);
  const over = { status: 'resolved', resolvedAt: instant(100) } as const;
  const ids = Array.from({ length: 50 }, (_, index) => `A${index}`);
  commit(ledger, {
    alerts: ids.map((id) => alert(id, id === 'A3' ? {} : over)),
    notifications: [
      ...ids.map((id) =>
        notification(`N${id}`, {
          alerts: [id],
          state: 'sent',
          ...(id === 'A5' && { state: 'joined', by: 'J' }),
        }),
      ),
      notification('J', { state: 'held', alerts: ['A49'] }),
    ],
    decisions: ids.map((id) => ({ at: instant(1), alert: id, step: 'sent', text: '' })),
  });
  expect(ledger.alerts({ limit: 100 })).toHaveLength(10);
  expect(idsOf(ledger.findAlerts('A3'))).toContain('A3');
  expect(idsOf(ledger.findAlerts('A5'))).toEqual(['A5']);
  expect(ledger.decisionsOf('A7')).toEqual([]);
  expect(ledger.counts()).toMatchObject({
    alerts: 50,
    openAlerts: 1,
    byState: { sent: 49, joined: 1, held: 1 },
  });
});

describe('retention', () => {
  const resolved = (id: string, last: number) =>
    alert(id, { status: 'resolved', lastAt: instant(last), resolvedAt: instant(last) });

  test('deletes by age what is resolved and settled, with all that belongs to it', async () => {
    const ledger = await open();
    const sent = (id: string, alerts: string[]) => notification(id, { alerts, state: 'sent' });
    commit(ledger, {
      alerts: [
        resolved('OLD', 10),
        resolved('NEW', 90),
        alert('OPEN', { lastAt: instant(10) }),
        resolved('WAITS', 10),
      ],
      notifications: [
        sent('N-old', ['OLD']),
        sent('N-both', ['OLD', 'NEW']),
        notification('N-dead', { alerts: ['OLD'], state: 'dead' }),
        notification('N-waits', { alerts: ['WAITS'] }),
      ],
      decisions: [
        { at, alert: 'OLD', step: 'raised', text: '' },
        { at, alert: 'NEW', step: 'raised', text: '' },
      ],
    });
    expect(ledger.retain({ before: instant(50), maxBytes: 1e12 })).toEqual({ deleted: 1 });
    expect(idsOf(ledger.alerts({ limit: 10 })).sort()).toEqual(['NEW', 'OPEN', 'WAITS']);
    expect(idsOf(ledger.notificationsOf('NEW'))).toEqual(['N-both']);
    expect(ledger.notificationsOf('OLD')).toEqual([]);
    expect(ledger.decisionsOf('OLD')).toEqual([]);
    expect(ledger.decisionsOf('NEW')).toHaveLength(1);
    expect(ledger.counts()).toMatchObject({ alerts: 3, openAlerts: 1, byState: { sent: 1, pending: 1 } });
    expect(ledger.counts().byState).not.toHaveProperty('dead');
  });

  test('keeps an alert whose words wait in a notification that does not list it', async () => {
    const ledger = await open();
    const joined = notification('N1', { alerts: ['HIDDEN'], state: 'joined', by: 'N2' });
    const again = notification('N2', { alerts: ['HEAD'], state: 'joined', by: 'N3' });
    const carrier = notification('N3', { alerts: ['HEAD'] });
    commit(ledger, {
      alerts: [resolved('HIDDEN', 10), alert('HEAD')],
      notifications: [joined, again, carrier],
    });
    expect(ledger.retain({ before: instant(50), maxBytes: 1 })).toEqual({ deleted: 0 });
    commit(ledger, { notifications: [{ ...carrier, state: 'sent' }] });
    expect(ledger.retain({ before: instant(50), maxBytes: 1 })).toEqual({ deleted: 1 });
    expect(idsOf(ledger.alerts({ limit: 10 }))).toEqual(['HEAD']);
  });

  test('for want of room it deletes the oldest, but nothing undelivered, and the file shrinks', async () => {
    const directory = freshDirectory();
    const ledger = await open(directory);
    const size = 3000;
    for (let from = 0; from < size; from += 500) {
      const ids = Array.from({ length: 500 }, (_, index) => `A${String(from + index).padStart(5, '0')}`);
      commit(ledger, {
        alerts: ids.map((id, index) => ({ ...resolved(id, from + index), samples: ['x'.repeat(1000)] })),
        notifications: [
          notification(`D${from}`, { alerts: [ids[0] ?? ''], state: 'dead' }),
          notification(`H${from}`, { alerts: [ids[1] ?? ''], state: 'held' }),
        ],
      });
    }
    const before =
      statSync(join(directory, 'ledger.db')).size + statSync(join(directory, 'ledger.db-wal')).size;
    const maxBytes = 1_500_000;
    let deleted = 0;
    for (let more = 1; more > 0; deleted += more)
      more = ledger.retain({ before: instant(-1), maxBytes }).deleted;
    expect(deleted).toBeGreaterThan(1000);
    expect(deleted).toBeLessThan(size);
    const left = new Set(idsOf(ledger.alerts({ limit: size })));
    for (let from = 0; from < size; from += 500) {
      expect(left).toContain(`A${String(from).padStart(5, '0')}`);
      expect(left).toContain(`A${String(from + 1).padStart(5, '0')}`);
    }
    expect(left).toContain(`A0${size - 1}`);
    expect(left).not.toContain('A00002');
    ledger.close();
    const after = statSync(join(directory, 'ledger.db')).size;
    expect(after).toBeLessThan(maxBytes * 1.1);
    expect(after).toBeLessThan(before / 2);
  });

  test('messages of no alert go by age too', async () => {
    const ledger = await open();
    commit(ledger, {
      notifications: [
        notification('old', { state: 'sent' }),
        notification('young', { state: 'sent', createdAt: instant(900) }),
        notification('waits', { state: 'pending' }),
      ],
    });
    expect(ledger.retain({ before: instant(500), maxBytes: 1e12 })).toEqual({ deleted: 1 });
    expect(ledger.counts().byState).toEqual({ sent: 1, pending: 1 });
  });

  test('of an open alert that is raised for ever the first and the newest decisions are kept', async () => {
    const ledger = await open();
    const texts = Array.from({ length: 2000 }, (_, index) => String(index));
    commit(ledger, {
      alerts: [alert('A1', { raises: 2000 })],
      decisions: texts.map((text) => ({ at, alert: 'A1', step: 'muted', text })),
    });
    ledger.retain({ before: instant(0), maxBytes: 1e12 });
    const kept = ledger.decisionsOf('A1').map(({ text }) => text);
    expect(kept).toEqual([...texts.slice(0, 100), ...texts.slice(-400)]);
    expect(ledger.counts().openAlerts).toBe(1);
  });

  test('of one that was raised once and is told again and again, too, with the notifications', async () => {
    const ledger = await open();
    const numbers = Array.from({ length: 700 }, (_, index) => index);
    const told = (index: number, more: Partial<Notification> = {}): Notification =>
      notification(`N${index}`, { alerts: ['A1'], state: 'sent', createdAt: instant(index), ...more });
    commit(ledger, {
      alerts: [alert('A1'), alert('A2')],
      notifications: [
        ...numbers.map((index) => told(index)),
        told(60, { state: 'pending' }),
        told(61, { state: 'joined', by: 'N60' }),
        told(62, { alerts: ['A1', 'A2'] }),
      ],
    });
    for (const index of numbers)
      commit(ledger, { decisions: [{ at, alert: 'A1', step: 'sent', text: String(index) }] });
    let calls = 0;
    for (; ledger.retain({ before: instant(0), maxBytes: 1e12 }).deleted > 0; calls += 1);
    expect(calls).toBeGreaterThan(0);
    expect(ledger.decisionsOf('A1').map(({ text }) => Number(text))).toEqual([
      ...numbers.slice(0, 100),
      ...numbers.slice(-400),
    ]);
    const kept = idsOf(ledger.notificationsOf('A1'));
    expect(kept.length).toBeLessThanOrEqual(252);
    for (const index of [...numbers.slice(0, 50), 60, 61, ...numbers.slice(-198)])
      expect(kept).toContain(`N${index}`);
    expect(idsOf(ledger.notificationsOf('A2'))).toEqual(['N62']);
    expect(ledger.counts().byState).toEqual({ sent: kept.length - 2 + 1, pending: 1, joined: 1 });
  });
});

describe('opening', () => {
  const modes = (directory: string) =>
    Object.fromEntries(
      readdirSync(directory).map((name) => [name, statSync(join(directory, name)).mode & 0o777]),
    );

  test('creates the directory and its files for their owner only, whatever the umask', async () => {
    const directory = join(freshDirectory(), 'a', 'b');
    const umask = process.umask(0);
    endings.push(() => process.umask(umask));
    commit(await open(directory), {});
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(modes(directory)).toEqual({ 'ledger.db': 0o600, 'ledger.db-wal': 0o600, 'ledger.db-shm': 0o600 });
  });

  test('makes files that were open to others private, and says so', async () => {
    const directory = freshDirectory();
    (await open(directory)).close();
    chmodSync(join(directory, 'ledger.db'), 0o644);
    const opened = await openLedger({ directory }, at);
    expect(opened).toMatchObject({ ok: true, notes: [expect.stringContaining('0644')] });
    expect(statSync(join(directory, 'ledger.db')).mode & 0o777).toBe(0o600);
    if (opened.ok) opened.ledger.close();
  });

  test('refuses a directory that others can write, a symbolic link, and what is no directory', async () => {
    const parent = freshDirectory();
    const real = join(parent, 'real');
    mkdirSync(real, { mode: 0o700 });
    symlinkSync(real, join(parent, 'link'));
    writeFileSync(join(parent, 'file'), '');
    mkdirSync(join(parent, 'shared'));
    chmodSync(join(parent, 'shared'), 0o770);
    for (const name of ['link', 'link/', 'file', 'shared', 'file/below']) {
      const directory = `${parent}/${name}`;
      const refusal = { ok: false, failure: { type: name === 'file/below' ? 'io' : 'permission' } };
      expect(await openLedger({ directory }, at)).toMatchObject(refusal);
      expect(await openLedgerReader({ directory })).toMatchObject({ ok: false });
    }
    expect(readdirSync(real)).toEqual([]);
  });

  test('refuses what belongs to somebody else, unless it is root that asks', async ({ skip }) => {
    if (process.geteuid?.() !== 0) return skip('only root can become somebody else');
    const parent = freshDirectory();
    chmodSync(parent, 0o755);
    const [directory, others] = [join(parent, 'root'), join(parent, 'others')];
    (await open(directory)).close();
    chmodSync(directory, 0o755);
    mkdirSync(others, { mode: 0o700 });
    chownSync(others, 65534, 65534);
    (await open(others)).close();
    process.seteuid?.(65534);
    endings.push(() => process.seteuid?.(0));
    const detail = expect.stringContaining('belongs to user 0');
    const refusal = { ok: false, failure: { type: 'permission', detail } };
    expect(await openLedger({ directory }, at)).toMatchObject(refusal);
    expect(await openLedgerReader({ directory })).toMatchObject(refusal);
    // What root has created there belongs to the directory's owner.
    (await open(others)).close();
    const denied = await openLedger({ directory: '/root/bird-sentinel-state' }, at);
    expect(denied).toMatchObject({ ok: false, failure: { type: 'permission' } });
  });

  test('refuses a ledger that is a symbolic link or no file', async () => {
    const directory = freshDirectory();
    const victim = join(freshDirectory(), 'victim');
    symlinkSync(victim, join(directory, 'ledger.db'));
    expect(await openLedger({ directory }, at)).toMatchObject({ ok: false, failure: { type: 'permission' } });
    expect(await openLedgerReader({ directory })).toMatchObject({
      ok: false,
      failure: { type: 'permission' },
    });
    expect(existsSync(victim)).toBe(false);
    const other = freshDirectory();
    mkdirSync(join(other, 'ledger.db'));
    expect(await openLedger({ directory: other }, at)).toMatchObject({
      ok: false,
      failure: { type: 'permission' },
    });
  });

  test('refuses a ledger that is another name of some file', async () => {
    const directory = freshDirectory();
    const victim = join(freshDirectory(), 'victim');
    writeFileSync(victim, '');
    chmodSync(victim, 0o644);
    linkSync(victim, join(directory, 'ledger.db'));
    const detail = expect.stringContaining('one of 2 names');
    expect(await openLedger({ directory }, at)).toMatchObject({
      ok: false,
      failure: { type: 'permission', detail },
    });
    expect(statSync(victim)).toMatchObject({ size: 0, mode: 0o100644 });
  });

  test('refuses a ledger of a newer program and leaves it alone', async () => {
    const directory = freshDirectory();
    (await open(directory)).close();
    const sqlite = await loadSqlite();
    if (!sqlite.ok) throw new Error(sqlite.detail);
    const database = sqlite.open(join(directory, 'ledger.db'), { readOnly: false, busyMs: 0 });
    database.exec('PRAGMA user_version = 99');
    database.close();
    const written = contentOf(directory);
    const detail = expect.stringContaining('newer Bird Sentinel (schema 99');
    expect(await openLedger({ directory }, at)).toMatchObject({
      ok: false,
      failure: { type: 'newer', detail },
    });
    expect(await openLedgerReader({ directory })).toMatchObject({ ok: false, failure: { type: 'newer' } });
    expect(contentOf(directory)).toEqual(written);
  });

  test('a reader creates nothing where nothing is', async () => {
    const directory = freshDirectory();
    const detail = expect.stringContaining('there is no ledger');
    expect(await openLedgerReader({ directory })).toMatchObject({
      ok: false,
      failure: { type: 'io', detail },
    });
    expect(await openLedgerReader({ directory: join(directory, 'no') })).toMatchObject({
      ok: false,
      failure: { detail },
    });
    expect(readdirSync(directory)).toEqual([]);
  });

  test('a reader reads with and without a writer', async () => {
    const directory = freshDirectory();
    const ledger = await open(directory);
    commit(ledger, { alerts: [alert('A1')] });
    const first = await openLedgerReader({ directory });
    if (!first.ok) throw new Error(first.failure.detail);
    expect(idsOf(first.reader.alerts({ limit: 9 }))).toEqual(['A1']);
    commit(ledger, { alerts: [alert('A2', { lastAt: instant(200) })] });
    expect(idsOf(first.reader.alerts({ limit: 9 }))).toEqual(['A2', 'A1']);
    ledger.close();
    expect(idsOf(first.reader.alerts({ limit: 9 }))).toEqual(['A2', 'A1']);
    first.reader.close();
    const second = await openLedgerReader({ directory });
    expect(second.ok && idsOf(second.reader.alerts({ limit: 9 }))).toEqual(['A2', 'A1']);
    expect(second.ok && second.reader.counts().bytes).toBeGreaterThan(0);
    if (second.ok) second.reader.close();
  });

  test('while another writes, a commit answers locked and succeeds when it is tried again', async () => {
    const directory = freshDirectory();
    const ledger = await open(directory);
    const sqlite = await loadSqlite();
    if (!sqlite.ok) throw new Error(sqlite.detail);
    const other = sqlite.open(join(directory, 'ledger.db'), { readOnly: false, busyMs: 0 });
    other.exec('BEGIN IMMEDIATE');
    const round = {
      at,
      nextSeq: 1,
      journal: [{ seq: 0, input: 'x' }],
      marks: [],
      alerts: [],
      notifications: [],
      messages: new Map(),
      decisions: [],
      alertingRows: [],
    };
    expect(ledger.commit(round)).toMatchObject({ ok: false, failure: { type: 'locked' } });
    other.exec('ROLLBACK');
    other.close();
    expect(ledger.commit(round)).toEqual({ ok: true });
    expect(ledger.restore().journal).toEqual([{ seq: 0, input: 'x' }]);
  });
});

test('a round of ours that contradicts itself is a bug, told as one, and nothing of it is kept', async () => {
  const ledger = await open();
  const round = {
    at,
    nextSeq: 1,
    marks: [],
    alerts: [alert('A1')],
    notifications: [],
    decisions: [],
    alertingRows: [],
  };
  expect(() => ledger.commit({ ...round, journal: [{ seq: 5, input: 1 }], messages: new Map() })).toThrow(
    'bug',
  );
  const message = { title: '', body: '', parts: [''], severity: 'info' as const, idempotencyKey: '' };
  const payload = {
    version: 1 as const,
    id: '',
    status: 'open' as const,
    reason: '',
    rule: '',
    key: [],
    severity: 'info' as const,
  };
  const words = {
    title: '',
    text: '',
    count: 1,
    first: '',
    last: '',
    source: '',
    line: '',
    fields: {},
    groups: {},
  };
  const stray = new Map([['N9', { ...message, payload: { ...payload, ...words } }]]);
  expect(() => ledger.commit({ ...round, journal: [], messages: stray })).toThrow('bug');
  expect(ledger.counts().alerts).toBe(0);
  commit(ledger, { alerts: [alert('A1')] });
});
