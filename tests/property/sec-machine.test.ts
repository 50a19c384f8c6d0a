import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SecInput } from '../../src/engine/sec/contract.ts';
import { instant } from '../../src/model/time.ts';
import { create, createShelf, inputs, play, programs } from './sec-samples.ts';

const runs = { numRuns: 100 };

describe('a machine for SEC rules', () => {
  it('gives the same for the same inputs', () => {
    fc.assert(
      fc.property(programs, inputs, (program, list) => {
        expect(play(program, list)).toEqual(play(program, list));
      }),
      runs,
    );
  });

  it('goes on the same after its rows were written out and read back at any point', () => {
    fc.assert(
      fc.property(programs, inputs, fc.infiniteStream(fc.boolean()), (program, list, cuts) => {
        const expected = play(program, list);
        const shelf = createShelf();
        let machine = create(program);
        for (const [index, input] of list.entries()) {
          expect(machine.step(input)).toEqual(expected[index]);
          if (cuts.next().value !== true) continue;
          shelf.take(machine.changes());
          machine = create(program);
          machine.restore(shelf.rows().toReversed());
        }
      }),
      runs,
    );
  });

  it('writes only rows that differ: nothing twice, and what is written is the whole state', () => {
    fc.assert(
      fc.property(programs, inputs, (program, list) => {
        const [stepwise, whole] = [createShelf(), createShelf()];
        const [first, second] = [create(program), create(program)];
        for (const input of list) {
          first.step(input);
          second.step(input);
          stepwise.take(first.changes());
          expect(first.changes()).toEqual([]);
        }
        whole.take(second.changes());
        const byKey = (rows: ReturnType<typeof whole.rows>) =>
          rows.toSorted((a, b) => (a.key < b.key ? -1 : 1));
        expect(byKey(stepwise.rows())).toEqual(byKey(whole.rows()));
      }),
      runs,
    );
  });

  it('gives in one tick over a long time what a tick every second gives', () => {
    fc.assert(
      fc.property(programs, inputs, (program, list) => {
        expect(play(program, list).flat()).toEqual(play(program, list.flatMap(secondBySecond)).flat());
      }),
      runs,
    );
  });

  it('has nothing to say before the time it names', () => {
    fc.assert(
      fc.property(programs, inputs, (program, list) => {
        const machine = create(program);
        for (const input of list) {
          machine.step(input);
          const wake = machine.nextWake() ?? instant(input.now + 100_000);
          if (wake - 1000 < input.now) continue;
          expect(
            machine.step({ type: 'tick', now: instant(Math.min(wake - 1000, input.now + 5000)) }),
          ).toEqual([]);
          return;
        }
      }),
      runs,
    );
  });
});

/** A tick becomes one for each second before it: as far back as any gap between inputs is long. */
function secondBySecond(input: SecInput): readonly SecInput[] {
  if (input.type !== 'tick') return [input];
  return Array.from({ length: 100 }, (_one, index) => ({
    ...input,
    now: instant(input.now - (99 - index) * 1000),
  }));
}
