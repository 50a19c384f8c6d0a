import { expect, test } from 'vitest';
import { judge, type Sample, type Slice } from '../../bench/soak-judge.ts';

const seconds = 100;
const each = <T>(make: (at: number) => T): T[] => Array.from({ length: seconds }, (_, at) => make(at));
const sampled = (rssMiB: (at: number) => number, descriptors: (at: number) => number): Sample[] =>
  each((at) => ({ at, rssMiB: rssMiB(at), descriptors: descriptors(at) }));
const sliced = (p99Ms: (at: number) => number): Slice[] => each((at) => ({ at, p99Ms: p99Ms(at) }));
const notFlat = (samples: readonly Sample[], slices: readonly Slice[]): string[] =>
  judge(samples, slices, seconds).flatMap(({ name, isFlat }) => (isFlat ? [] : [name]));

const even = sampled(
  (at) => 100 + (at % 9),
  (at) => 30 + (at % 20),
);
const quick = sliced((at) => 5 + (at % 3));

test('the soak takes what goes up and down for flat', () => {
  expect(notFlat(even, quick)).toEqual([]);
});

test('the soak finds memory, descriptors and latency that grow', () => {
  const fat = sampled(
    (at) => 100 + at / 2,
    (at) => 30 + (at % 20),
  );
  expect(notFlat(fat, quick)).toEqual(['RSS (MiB)']);
  const leaky = sampled(
    () => 100,
    (at) => 30 + Math.floor(at / 10),
  );
  expect(notFlat(leaky, quick)).toEqual(['descriptors']);
  expect(
    notFlat(
      even,
      sliced((at) => 5 + at / 5),
    ),
  ).toEqual(['latency p99 (ms)']);
});

test('the soak finds it strange when it saw nothing', () => {
  expect(notFlat([], [])).toHaveLength(3);
});
