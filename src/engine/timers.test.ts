import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTimers, type Wakeable } from './timers.ts';

interface Item extends Wakeable {
  due: number;
}

const owner: Wakeable['owner'] = { due: (item) => (item as Item).due, wake: () => undefined };

const moves = fc.array(
  fc.oneof(
    fc.record({
      does: fc.constant('set' as const),
      item: fc.nat(9),
      due: fc.oneof(fc.nat(50), fc.constant(Infinity)),
    }),
    fc.record({ does: fc.constant('remove' as const), item: fc.nat(9) }),
    fc.record({ does: fc.constant('take' as const), until: fc.nat(60) }),
  ),
  { maxLength: 200 },
);

test('gives what is due in order of time and then of age, as a sorted list does', () => {
  fc.assert(
    fc.property(moves, (all) => {
      const timers = createTimers();
      const items = Array.from({ length: 10 }, (_, order): Item => ({
        order,
        place: -1,
        owner,
        due: Infinity,
      }));
      const there = new Set<Item>();
      const first = (): Item | undefined =>
        [...there].toSorted((a, b) => a.due - b.due || a.order - b.order).find(() => true);
      for (const move of all) {
        if (move.does === 'take') {
          const expected = first();
          const isDue = expected !== undefined && expected.due <= move.until;
          expect(timers.next()).toBe(expected?.due);
          expect(timers.take(move.until)).toEqual(isDue ? { item: expected, due: expected.due } : undefined);
          if (isDue) there.delete(expected);
          continue;
        }
        const item = items[move.item] as Item;
        if (move.does === 'remove') {
          timers.remove(item);
          there.delete(item);
        } else {
          item.due = move.due;
          timers.set(item);
          if (move.due === Infinity) there.delete(item);
          else there.add(item);
        }
        expect(items.every((one) => one.place < 0 || there.has(one))).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});
