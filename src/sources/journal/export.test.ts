import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exported, type NewEntry } from '../../../tests/peers/journal-peer.ts';
import { createExportReader, type JournalEntry } from './export.ts';
import { decodeMark, encodeMark, entriesBetween } from './mark.ts';

const limits = { message: 60, value: 20, fields: 12 };

const bytes = fc.uint8Array({ maxLength: 120 }).map((array) => Buffer.from(array));
const plain = fc.string({ maxLength: 120 }).map((text) => text.replaceAll('\n', ' '));
const entries = fc.array(
  fc.dictionary(
    fc.stringMatching(/^[A-Z][A-Z_]{0,9}$/),
    fc.oneof(bytes, plain, fc.array(bytes, { maxLength: 3 })),
    {
      minKeys: 1,
      maxKeys: 6,
      noNullPrototype: true,
    },
  ),
  { maxLength: 5 },
);

const read = (blocks: readonly Buffer[]): (readonly JournalEntry[] | undefined)[] => {
  const reader = createExportReader(limits);
  return blocks.map((block) => reader.read(block));
};

/** Bytes in pieces, cut at the offsets. */
function pieces(all: Buffer, cuts: readonly number[]): Buffer[] {
  const offsets = [0, ...cuts.map((cut) => cut % (all.length + 1)), all.length].toSorted((a, b) => a - b);
  return offsets.slice(1).map((end, index) => all.subarray(offsets[index], end));
}

describe('the Journal Export Format', () => {
  test('wherever it is cut, the same entries come of it, no value longer than its limit', () => {
    fc.assert(
      fc.property(entries, fc.array(fc.nat()), (written, cuts) => {
        const all = Buffer.concat(written.map((one, index) => exported(one as NewEntry, BigInt(index + 1))));
        const whole = read([all]).flatMap((found) => found ?? []);
        expect(read(pieces(all, cuts)).flatMap((found) => found ?? [])).toEqual(whole);
        expect(whole).toHaveLength(written.length);
        for (const { fields } of whole) {
          expect(fields.length).toBeLessThanOrEqual(limits.fields);
          for (const [name, value] of fields)
            expect(value.length).toBeLessThanOrEqual(name === 'MESSAGE' ? limits.message : limits.value);
        }
      }),
    );
  });

  test('a value that fits is what was written; one that does not is its beginning, and it is said', () => {
    const [fits, cut] = read([
      Buffer.concat([exported({ MESSAGE: 'a\nb=c', N: '' }, 1n), exported({ MESSAGE: 'x'.repeat(100) }, 2n)]),
    ]).flatMap((found) => found ?? []);
    expect(fits?.fields.find(([name]) => name === 'MESSAGE')?.[1].toString()).toBe('a\nb=c');
    expect(cut?.shortened).toBe(true);
    expect(cut?.fields.find(([name]) => name === 'MESSAGE')?.[1].toString()).toBe('x'.repeat(60));
  });

  test('whatever comes, it never throws and keeps no more than its limits', () => {
    fc.assert(
      fc.property(bytes, fc.array(fc.nat()), (all, cuts) => {
        const found = read(pieces(all, cuts));
        const broken = found.indexOf(undefined);
        if (broken >= 0) expect(found.slice(broken).every((one) => one === undefined)).toBe(true);
      }),
      { numRuns: 500 },
    );
    expect(read([Buffer.from('x'.repeat(400))])).toEqual([undefined]);
    expect(read([Buffer.concat([Buffer.from('A\n'), Buffer.alloc(8, 0xff)])])).toEqual([undefined]);
  });
});

describe('the place in a journal', () => {
  const cursor = (series: string, number: string): string =>
    `s=${series.repeat(32)};i=${number};b=0;m=0;t=60a24194f6d00;x=2b3051f48f01ef87`;

  test('how many entries lie between two', () => {
    expect(entriesBetween(cursor('a', '9'), cursor('a', '14'))).toBe(10);
    expect(entriesBetween(cursor('a', '9'), cursor('a', 'a'))).toBe(0);
    expect(entriesBetween(cursor('a', '9'), cursor('b', '14'))).toBeUndefined();
    expect(entriesBetween('other', 'words')).toBeUndefined();
  });

  test('what is kept of it can be read again; what is none is not taken', () => {
    const mark = { cursor: cursor('a', '9'), offset: 7 };
    expect(decodeMark(encodeMark(mark))).toEqual(mark);
    expect(decodeMark(encodeMark({ offset: 0 }))).toEqual({ offset: 0 });
    for (const wrong of [null, 1, 'x', {}, { cursor: '--help --x', offset: 0 }, { cursor: 'a', offset: -1 }])
      expect(decodeMark(wrong)).toBeUndefined();
  });
});
