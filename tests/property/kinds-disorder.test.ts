import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EngineInput } from '../../src/model/effect.ts';
import { eventAt, tickAt } from './engine-samples.ts';
import { engineFrom, raisesOf } from './kinds-samples.ts';

interface Line {
  readonly at: number;
  readonly word: string;
  readonly key: string;
}

/** Lines in the order of their own time; each moment at most one, so that order is what time says. */
const lines: fc.Arbitrary<readonly Line[]> = fc
  .array(
    fc.record({
      gap: fc.integer({ min: 1, max: 30 }),
      word: fc.constantFrom('a', 'b', 'c'),
      key: fc.constantFrom('x', 'y'),
    }),
    { maxLength: 40, size: 'max' },
  )
  .map((moves) => {
    let at = 1000;
    return moves.map(({ gap, word, key }) => ({ at: (at += gap), word, key }));
  });

const LATE = 60;

/** Reads each line up to `LATE` after its time, in the order in which they are read. */
const readLate = (all: readonly Line[], delays: readonly number[]): readonly EngineInput[] => {
  const reads = all.map((line, index) => ({ line, now: line.at + (delays[index % delays.length] ?? 0) }));
  return reads
    .toSorted((a, b) => a.now - b.now)
    .map(({ line: { at, word, key }, now }) => eventAt(at, `${word} ${key}`, { now }));
};
const inOrder = (all: readonly Line[]): readonly EngineInput[] => readLate(all, [0]);
const delays = fc.array(fc.nat(LATE), { minLength: 1, maxLength: 40 });

const keysRaised = (rule: object, inputs: readonly EngineInput[]): readonly string[] => {
  const engine = engineFrom([rule], { late: LATE });
  const raises = inputs.flatMap((input) => raisesOf(engine.step(input)));
  return [...new Set(raises.map(({ key }) => key.join()))].toSorted();
};

const sequence = {
  id: 'r',
  key: 'k',
  sequence: {
    within: '100ms',
    steps: [{ match: 'a (?<k>\\w)', times: 2 }, { match: '[ab] (?<k>\\w)' }, { match: 'c (?<k>\\w)' }],
  },
  alert: {},
};
const letters = [['a'], ['a'], ['a', 'b'], ['c']];

/** By hand: the lines that end a chain, whichever it is. */
const endsOfChains = (all: readonly Line[]): readonly number[] => {
  const reaches = (index: number, letter: number, start: number): boolean => {
    if (!(letters[letter]?.includes(all[index]?.word ?? '') ?? false)) return false;
    if (letter === 0) return (all[index]?.at ?? 0) >= start;
    return all.slice(0, index).some((_, before) => reaches(before, letter - 1, start));
  };
  return all.flatMap(({ at }, index) => (reaches(index, letters.length - 1, at - 100) ? [at] : []));
};

test('a sequence raises exactly at the lines that end one', () => {
  fc.assert(
    fc.property(lines, (all) => {
      const own = all.filter(({ key }) => key === 'x').slice(0, 14);
      const engine = engineFrom([sequence], { late: LATE });
      const raised = inOrder(own).flatMap((input) => raisesOf(engine.step(input)));
      expect(raised.map(({ occurrence }) => occurrence.last)).toEqual(endsOfChains(own));
    }),
    { numRuns: 300 },
  );
});

test('a sequence is found whatever order its lines are read in, and told once for each end', () => {
  fc.assert(
    fc.property(lines, delays, (all, late) => {
      expect(keysRaised(sequence, readLate(all, late))).toEqual(keysRaised(sequence, inOrder(all)));
      const engine = engineFrom([sequence], { late: LATE });
      const ends = readLate(all, late).flatMap((input) =>
        raisesOf(engine.step(input)).map(({ key, occurrence }) => `${key.join()} ${occurrence.last}`),
      );
      expect(new Set(ends).size).toBe(ends.length);
    }),
    { numRuns: 300 },
  );
});

const together = {
  id: 'r',
  key: 'k',
  together: {
    within: '20ms',
    of: [{ match: 'a (?<k>\\w)' }, { match: 'b (?<k>\\w)' }, { match: 'c (?<k>\\w)' }],
  },
  alert: {},
};

/** By hand: whether some window of 20 that holds the line has all three words. */
const isTogether = (held: readonly Line[], line: Line): boolean =>
  held.some(({ at: start }) => {
    if (start > line.at || start + 20 < line.at) return false;
    const words = held.filter(({ at, key }) => key === line.key && at >= start && at <= start + 20);
    return new Set(words.map(({ word }) => word)).size === 3;
  });

test('what is together is found exactly, in disorder too', () => {
  fc.assert(
    fc.property(lines, delays, (all, late) => {
      const engine = engineFrom([together], { late: LATE });
      const held: Line[] = [];
      for (const input of readLate(all, late)) {
        const line = all.find(({ at }) => at === input.seq) as Line;
        held.push(line);
        expect(raisesOf(engine.step(input)).length).toBe(isTogether(held, line) ? 1 : 0);
      }
      expect(keysRaised(together, readLate(all, late))).toEqual(keysRaised(together, inOrder(all)));
    }),
    { numRuns: 300 },
  );
});

const waiting = {
  id: 'r',
  key: 'k',
  match: 'a (?<k>\\w)',
  expect: { match: 'b (?<k>\\w)', within: '200ms' },
  alert: {},
};

test('expect: the alerts that are open at last do not depend on the order in which lines are read', () => {
  const openAfter = (inputs: readonly EngineInput[]): readonly string[] => {
    const engine = engineFrom([waiting], { late: LATE });
    const open = new Set<string>();
    for (const effect of [...inputs, tickAt(100_000)].flatMap((input) => engine.step(input))) {
      if (effect.type === 'raise') open.add(effect.key.join());
      if (effect.type === 'clear') open.delete(effect.key.join());
    }
    return [...open].toSorted();
  };
  // More than eight waits of a key at a time join each other: lines are thinned out here.
  const some = lines.map((all) => all.filter((_, index) => index % 2 === 0));
  fc.assert(
    fc.property(some, delays, (all, late) => {
      const open = ['x', 'y'].filter((key) => {
        const own = all.filter((line) => line.key === key && line.word !== 'c');
        return own.at(-1)?.word === 'a';
      });
      expect(openAfter(inOrder(all))).toEqual(open);
      expect(openAfter(readLate(all, late))).toEqual(open);
    }),
    { numRuns: 300 },
  );
});
