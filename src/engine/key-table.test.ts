import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Row } from '../model/machine.ts';
import { instant } from '../model/time.ts';
import { createKeyTable } from './key-table.ts';
import { never } from './kind.ts';
import { createTimers } from './timers.ts';

const tableOf = (limit = 10, evicted: (key: string) => void = () => undefined) => {
  let made = 0;
  return createKeyTable<{ n: number }>(
    { scope: 's', hash: 'h', prefix: 'p' },
    {
      due: () => never,
      write: ({ n }) => n,
      read: (value) => ({ n: Number(value) }),
      evicted: (_, __, [key = '']) => evicted(key),
    },
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

/** Many drops, so that a table shrinks and fills again between two times that it is full. */
const moves = fc.array(
  fc.record({ does: fc.constantFrom('open', 'open', 'open', 'drop'), key: fc.integer({ min: 0, max: 40 }) }),
  { maxLength: 400 },
);

test('whatever came and went, the oldest of those that are there gives way', () => {
  fc.assert(
    fc.property(moves, fc.integer({ min: 1, max: 20 }), (played, limit) => {
      const gone: string[] = [];
      const table = tableOf(limit, (key) => gone.push(key));
      let held: string[] = [];
      const expected: string[] = [];
      for (const { does, key: number } of played) {
        const key = String(number);
        const entry = table.find([key]);
        expect(entry !== undefined).toBe(held.includes(key));
        if (does === 'drop' && entry !== undefined) {
          table.drop(entry);
          held = held.filter((other) => other !== key);
        } else if (does === 'open') {
          if (!held.includes(key)) {
            expected.push(...held.splice(0, Math.max(0, held.length + 1 - limit)));
            held.push(key);
          }
          table.open([key], now, () => ({ n: 0 }));
        }
      }
      expect(gone).toEqual(expected);
      expect(table.size).toBe(held.length);
    }),
  );
});
