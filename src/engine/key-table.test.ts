import { expect, test } from 'vitest';
import type { Row } from '../model/machine.ts';
import { instant } from '../model/time.ts';
import { createKeyTable } from './key-table.ts';
import { never } from './kind.ts';
import { createTimers } from './timers.ts';

const tableOf = (limit = 10) => {
  let made = 0;
  return createKeyTable<{ n: number }>(
    { scope: 's', hash: 'h', prefix: 'p' },
    { due: () => never, write: ({ n }) => n, read: (value) => ({ n: Number(value) }) },
    { timers: createTimers(), nextOrder: () => (made += 1), limit, onEvicted: () => undefined },
  );
};
const now = instant(1);
const changesOf = (table: ReturnType<typeof tableOf>): readonly Row[] => {
  const rows: Row[] = [];
  table.writeChanges(rows);
  return rows;
};

test('a key that went and came again is one row, with what it is now', () => {
  const table = tableOf();
  table.drop(table.open(['a'], now, () => ({ n: 1 })));
  table.open(['a'], now, () => ({ n: 2 }));
  expect(changesOf(table)).toEqual([{ scope: 's', key: 'p["a"]', hash: 'h', value: [2, 2] }]);
  expect(changesOf(table)).toEqual([]);
});

test('the oldest gives way, whatever was touched since', () => {
  const table = tableOf(2);
  const entries = ['a', 'b'].map((key) => table.open([key], now, () => ({ n: 0 })));
  for (const entry of entries.toReversed()) table.touch(entry);
  table.open(['c'], now, () => ({ n: 0 }));
  expect([table.find(['a']), table.size]).toEqual([undefined, 2]);
  // What is gone cannot be changed any more.
  for (const entry of entries.slice(0, 1)) table.touch(entry);
  expect(changesOf(table).map(({ key, value }) => [key, value === undefined])).toEqual([
    ['p["a"]', true],
    ['p["b"]', false],
    ['p["c"]', false],
  ]);
});
