import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAgenda, createHeap } from './heap.ts';

test('a heap gives back what was pushed, least first', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (numbers) => {
      const heap = createHeap<number>((a, b) => a < b);
      for (const number of numbers) heap.push(number);
      const out: number[] = [];
      for (let top = heap.pop(); top !== undefined; top = heap.pop()) out.push(top);
      expect(out).toEqual(numbers.toSorted((a, b) => a - b));
    }),
  );
});

test('an agenda agrees with a list that is sorted every time', () => {
  const move = fc.record({
    item: fc.nat(9),
    due: fc.option(fc.nat(20), { nil: undefined }),
    take: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(move, { maxLength: 200 }), (moves) => {
      const items = Array.from({ length: 10 }, (_, order) => ({ order }));
      const agenda = createAgenda<{ order: number }>();
      const model = new Map<number, number>();
      for (const { item, due, take } of moves) {
        const subject = items[item];
        if (subject === undefined) continue;
        agenda.set(subject, due);
        if (due === undefined) model.delete(item);
        else model.set(item, due);
        const first = [...model].toSorted((a, b) => a[1] - b[1] || a[0] - b[0])[0];
        expect(agenda.next()).toBe(first?.[1]);
        if (!take) continue;
        const taken = agenda.take(10);
        const expected = first !== undefined && first[1] <= 10 ? first : undefined;
        expect(taken && [taken.item.order, taken.due]).toEqual(expected);
        if (expected !== undefined) model.delete(expected[0]);
      }
    }),
  );
});
