import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createAutomatonFinder } from '../../src/match/scan/automaton-finder.ts';
import { createCensus } from '../../src/match/scan/census.ts';
import { createFinder } from '../../src/match/scan/finder.ts';
import { standsAt, type Finder, type Needle } from '../../src/match/scan/needle.ts';
import { createSearchFinder } from '../../src/match/scan/search-finder.ts';
import { createSkipFinder } from '../../src/match/scan/skip-finder.ts';
import { createTestPorts } from './match-ports.ts';

const ports = createTestPorts();

/** Needles over few letters, so that they overlap, repeat and nest. */
function needles(least: number, most: number, folding: fc.Arbitrary<boolean>): fc.Arbitrary<Needle[]> {
  const text = fc.string({
    minLength: least,
    maxLength: 16,
    unit: fc.constantFrom('a', 'b', 'c', '\n', '1'),
  });
  return fc
    .array(fc.tuple(text, folding), { minLength: 1, maxLength: most })
    .map((list) =>
      list.map(([bytes, ignoreCase], index) => ({ bytes: Buffer.from(bytes), ignoreCase, rules: [index] })),
    );
}

/** Bytes that hold some of the needles, in some case, among letters of theirs. */
function haystack(list: readonly Needle[]): fc.Arbitrary<Buffer> {
  const noise = fc
    .string({ maxLength: 60, unit: fc.constantFrom('a', 'b', 'c', 'A', '\n', '1', 'z', 'é') })
    .map((text) => Buffer.from(text));
  const needle = fc.constantFrom(...list).map(({ bytes }) => Buffer.from(bytes));
  const upper = needle.map((bytes) => Buffer.from(bytes.toString('latin1').toUpperCase(), 'latin1'));
  return fc.array(fc.oneof(noise, needle, upper), { maxLength: 60 }).map((parts) => Buffer.concat(parts));
}

function places(find: Finder, bytes: Uint8Array): string[] {
  const found = new Set<string>();
  find(bytes, (needle, at) => found.add(`${String(at)} ${String(needle)}`));
  return [...found].toSorted();
}

function everyPlace(list: readonly Needle[], bytes: Uint8Array): string[] {
  const found: string[] = [];
  for (const [number, needle] of list.entries()) {
    for (let at = 0; at < bytes.length; at += 1)
      if (standsAt(needle, bytes, at)) found.push(`${String(at)} ${String(number)}`);
  }
  return found.toSorted();
}

const withBytes = (list: fc.Arbitrary<Needle[]>): fc.Arbitrary<{ list: Needle[]; bytes: Buffer }> =>
  list.chain((chosen) => haystack(chosen).map((bytes) => ({ list: chosen, bytes })));

const exact = fc.constant(false);

test.each([
  ['automaton', needles(1, 40, fc.boolean()), createAutomatonFinder],
  ['automaton of one case', needles(1, 40, exact), createAutomatonFinder],
  ['skipping', needles(6, 40, fc.boolean()), createSkipFinder],
  ['search', needles(1, 3, exact), (list: readonly Needle[]) => createSearchFinder(list, ports)],
] as const)('%s finds each needle at each place', (_, list, create) => {
  fc.assert(
    fc.property(withBytes(list), (made) => {
      const find = create(made.list);
      expect(find).toBeDefined();
      if (find !== undefined) expect(places(find, made.bytes)).toEqual(everyPlace(made.list, made.bytes));
    }),
    { numRuns: 500 },
  );
});

test('skipping by a census of any bytes finds each needle at each place', () => {
  const made = withBytes(needles(6, 40, fc.boolean()));
  fc.assert(
    fc.property(made, fc.uint8Array({ maxLength: 400 }), fc.boolean(), ({ list, bytes }, seen, alike) => {
      const census = createCensus();
      census.count(alike ? bytes : seen);
      const find = createSkipFinder(list, census);
      expect(find && places(find, bytes)).toEqual(everyPlace(list, bytes));
    }),
    { numRuns: 500 },
  );
});

test('what was seen before changes nothing: the finder learns only how to be fast', () => {
  const noise = fc.array(fc.constantFrom('abcab1', 'zzzzzzz', 'the quick brown fox ', 'aaaaaaaa', '\n'), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(withBytes(needles(6, 40, fc.boolean())), noise, ({ list, bytes }, words) => {
      const find = createFinder(list, ports);
      const before = Buffer.alloc(100_000, words.join(''));
      for (let times = 0; times < 3; times += 1) {
        find(before, () => undefined);
        expect(places(find, bytes)).toEqual(everyPlace(list, bytes));
      }
    }),
    { numRuns: 60 },
  );
});

test('short needles are not skipped over, many are not searched one by one', () => {
  const short: Needle = { bytes: Buffer.from('abc'), ignoreCase: false, rules: [0] };
  expect(createSkipFinder([short])).toBeUndefined();
  expect(
    createSearchFinder(
      Array.from({ length: 20 }, () => short),
      ports,
    ),
  ).toBeUndefined();
  expect(createSearchFinder([{ ...short, ignoreCase: true }], ports)).toBeUndefined();
});
