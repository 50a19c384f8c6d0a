import { afterEach, describe, expect, test } from 'vitest';
import { instant } from '../model/time.ts';
import type { LedgerFailure } from './contract.ts';
import { LedgerError } from './failure.ts';
import { guardReads, guardRetention, throwFailure } from './guard.ts';
import { openWritable } from './open.ts';
import { createReader } from './read.ts';
import { createRetention } from './retain.ts';
import { loadSqlite, type Database, type Statement } from './sqlite/driver.ts';

const endings: (() => void)[] = [];

afterEach(() => {
  for (const end of endings.splice(0)) end();
});

/** A real database on a disk that can be made to fail every read with these members of the error. */
async function openOnFailingDisk(): Promise<{ readonly database: Database; fail(members: object): void }> {
  const sqlite = await loadSqlite();
  if (!sqlite.ok) throw new Error(sqlite.detail);
  const opened = openWritable(sqlite.open, ':memory:', instant(0));
  if (!opened.ok) throw new Error(opened.failure.detail);
  const { database } = opened;
  endings.push(() => database.close());
  let code: object | undefined;
  const orFail = <T>(work: () => T): T => {
    if (code !== undefined) throw Object.assign(new Error('disk I/O error'), code);
    return work();
  };
  const failing = (statement: Statement): Statement => ({
    run: (...values) => orFail(() => statement.run(...values)),
    get: (...values) => orFail(() => statement.get(...values)),
    all: (...values) => orFail(() => statement.all(...values)),
    iterate: (...values) => orFail(() => statement.iterate(...values)),
  });
  return {
    database: {
      get isTransaction() {
        return database.isTransaction;
      },
      exec: (sql) => orFail(() => database.exec(sql)),
      prepare: (sql) => failing(database.prepare(sql)),
      close: () => undefined,
    },
    fail: (members) => void (code = members),
  };
}

const ioRead = { errcode: 266 }; // SQLITE_IOERR_READ
const reads = {
  alerts: [(reader) => reader.alerts({ limit: 1 }), []],
  countAlerts: [(reader) => reader.countAlerts({}), 0],
  findAlerts: [(reader) => reader.findAlerts('A'), []],
  openAlerts: [(reader) => reader.openAlerts(), []],
  notificationsOf: [(reader) => reader.notificationsOf('A'), []],
  decisionsOf: [(reader) => reader.decisionsOf('A'), []],
  message: [(reader) => reader.message('N'), undefined],
  unsettled: [(reader) => reader.unsettled(9), []],
  countUnsettled: [(reader) => reader.countUnsettled(), 0],
  lastSent: [(reader) => reader.lastSent(['phone']), undefined],
  counts: [(reader) => reader.counts(), { alerts: 0, openAlerts: 0, byState: {}, bytes: 0 }],
  marks: [(reader) => reader.marks(), undefined],
  memo: [(reader) => reader.memo('m'), undefined],
} satisfies { [method: string]: [(reader: ReturnType<typeof guardReads>) => unknown, unknown] };

describe('on a disk that fails every read', () => {
  test.each(Object.entries(reads))('%s tells it and answers with nothing', async (_, [read, nothing]) => {
    const told: LedgerFailure[] = [];
    const disk = await openOnFailingDisk();
    const reader = guardReads(
      createReader(disk.database, () => 0),
      (failure) => told.push(failure),
    );
    read(reader);
    expect(told).toEqual([]);
    disk.fail(ioRead);
    expect(read(reader)).toEqual(nothing);
    disk.fail({ code: 'ERR_SQLITE_ERROR' });
    expect(read(reader)).toEqual(nothing);
    expect(told).toMatchObject([{ type: 'io' }, { type: 'io' }]);
  });

  test('recall answers with the failure, restore throws it, and neither gives a start from nothing', async () => {
    const disk = await openOnFailingDisk();
    const reader = guardReads(
      createReader(disk.database, () => 0),
      () => undefined,
    );
    expect(reader.recall()).toMatchObject({ ok: true, restored: { nextSeq: 0 } });
    disk.fail(ioRead);
    expect(reader.recall()).toMatchObject({ ok: false, failure: { type: 'io' } });
    expect(() => reader.restore()).toThrow(LedgerError);
  });

  test('retention ends early and tells it', async () => {
    const told: LedgerFailure[] = [];
    const disk = await openOnFailingDisk();
    const retain = guardRetention(createRetention(disk.database), (failure) => told.push(failure));
    disk.fail(ioRead);
    expect(retain({ before: instant(1), maxBytes: 1 })).toEqual({ deleted: 0 });
    expect(told).toEqual([expect.objectContaining({ type: 'io' })]);
  });

  test('a cell that is no JSON any more is damage', async () => {
    const told: LedgerFailure[] = [];
    const disk = await openOnFailingDisk();
    disk.database.exec(`PRAGMA ignore_check_constraints = ON`);
    disk.database.exec(`INSERT INTO alerts VALUES ('A', 'r', '[]', 'info', 'resolved', 1, 1, 300, '{')`);
    disk.database.exec(`INSERT INTO alert_notifications VALUES ('A', 'N')`);
    disk.database.exec(`INSERT INTO decisions VALUES (1, 'A', NULL, '[')`);
    const tell = (failure: LedgerFailure): void => void told.push(failure);
    expect(
      guardReads(
        createReader(disk.database, () => 0),
        tell,
      ).alerts({ limit: 1 }),
    ).toEqual([]);
    const retain = guardRetention(createRetention(disk.database), tell);
    expect(retain({ before: instant(9), maxBytes: 1e12 }).deleted).toBeLessThan(2);
    expect(told[0]).toMatchObject({ type: 'damaged' });
  });

  test('a caller may rather catch', async () => {
    const disk = await openOnFailingDisk();
    const reader = guardReads(
      createReader(disk.database, () => 0),
      throwFailure,
    );
    disk.fail(ioRead);
    expect(() => reader.counts()).toThrow(LedgerError);
  });

  test('a bug of ours is still thrown as one', async () => {
    const disk = await openOnFailingDisk();
    const reader = guardReads(
      createReader(disk.database, () => 0),
      () => undefined,
    );
    disk.fail({ errcode: 1 }); // SQLITE_ERROR: wrong SQL
    expect(() => reader.counts()).toThrow('disk I/O error');
  });
});
