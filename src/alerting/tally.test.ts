import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { instant } from '../model/time.ts';
import { addTally, commonest, count, emptyTally, tallyOf, tallyRow } from './tally.ts';

const keys = fc.array(fc.oneof(fc.nat(20), fc.nat(2000)).map(String), { maxLength: 3000 });

const tallyOfAll = (all: readonly string[]) => {
  const tally = emptyTally(instant(0));
  for (const key of all) count(tally, key, 1, instant(0), instant(0));
  return tally;
};

const truth = (all: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const key of all) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
};

test('no count is too high, none is lower by more than what is said to be missing, and memory is bounded', () => {
  fc.assert(
    fc.property(keys, keys, (one, other) => {
      const tally = tallyOfAll(one);
      addTally(tally, tallyOf(JSON.parse(JSON.stringify(tallyRow(tallyOfAll(other)))) as object));
      expect(tally.keys.size).toBeLessThanOrEqual(256);
      for (const [key, all] of truth([...one, ...other])) {
        const counted = tally.keys.get(key) ?? 0;
        expect(counted).toBeLessThanOrEqual(all);
        expect(counted).toBeGreaterThanOrEqual(all - tally.missing);
      }
      expect(tally.missing).toBeLessThanOrEqual((one.length + other.length) / 256 + 1);
    }),
    { numRuns: 60 },
  );
});

test('few keys are counted exactly, the commonest first', () => {
  const tally = tallyOfAll(['b', 'a', 'c', 'c', 'b', 'c']);
  expect(commonest(tally, 2)).toEqual({
    keys: [
      ['c', 3],
      ['b', 2],
    ],
    isExact: true,
  });
});
