import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createByAge } from './age.ts';

test('the oldest is that of a list which is searched from its beginning', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(20), { nil: undefined }), { maxLength: 300 }), (moves) => {
      const there = new Set<{ name: number }>();
      const byAge = createByAge<{ name: number }>(
        (item) => there.has(item),
        () => there.size,
      );
      for (const [name, remove] of moves.entries()) {
        if (remove === undefined) {
          const item = { name };
          there.add(item);
          byAge.add(item);
        } else {
          const item = [...there][remove % Math.max(1, there.size)];
          if (item !== undefined) there.delete(item);
        }
        expect(byAge.oldest()).toBe([...there][0]);
      }
    }),
  );
});
