import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { millis } from '../model/time.ts';
import { createCutter, type Ending, type Multiline } from './records.ts';

const limits = { maxLine: 8, maxRecord: 20 };
const multiline: Multiline = { start: (line) => line.startsWith('#'), wait: millis(1000) };

/** Few kinds of bytes, so that endings, starts and long lines are frequent. */
const bytes = fc
  .array(fc.constantFrom('\n', '\n', '\r\n', '#', 'a', 'bb', '\0', 'ccccccccc'), { maxLength: 60 })
  .map((parts) => Buffer.from(parts.join(''), 'latin1'));

const cuts = fc.array(fc.nat(200), { maxLength: 8 });

/** Feeds bytes in blocks to a cutter and takes the records as text. */
function records(input: Buffer, at: readonly number[], lines: boolean, last: Ending): string[] {
  const cutter = createCutter(limits, lines ? undefined : multiline);
  const ends = [...new Set([...at.filter((end) => end < input.length), input.length])].toSorted(
    (a, b) => a - b,
  );
  const found: string[] = [];
  let carry = Buffer.alloc(0);
  let from = 0;
  const feed = (ending: Ending): void => {
    const cut = cutter.cut(carry, ending);
    const piece = carry.subarray(cut.begin, cut.end);
    found.push(...textsOf(piece, cut.records));
    carry = carry.subarray(cut.used);
  };
  for (const end of ends) {
    carry = Buffer.concat([carry, input.subarray(from, end)]);
    from = end;
    feed('open');
  }
  feed(last);
  feed(last);
  return found;
}

function textsOf(
  piece: Buffer,
  table: { kind: 'lines' } | { kind: 'table'; offsets: Uint32Array },
): string[] {
  if (table.kind === 'lines') {
    const lines = piece.toString('latin1').split('\n').slice(0, -1);
    return lines.map((line) => line.replace(/\r$/, ''));
  }
  const texts: string[] = [];
  for (let at = 0; at < table.offsets.length; at += 2) {
    texts.push(piece.toString('latin1', table.offsets[at], table.offsets[at + 1]));
  }
  return texts;
}

/** What lines are, said in another way. */
function linesOf(input: Buffer): string[] {
  const lines = input.toString('latin1').split('\n');
  const last = lines.pop() ?? '';
  const whole = lines.map((line) =>
    line.length > limits.maxLine ? line.slice(0, limits.maxLine) : line.replace(/\r$/, ''),
  );
  return last === '' ? whole : [...whole, last.slice(0, limits.maxLine)];
}

describe('lines', () => {
  test('are those of the text, however it comes', () => {
    fc.assert(
      fc.property(bytes, cuts, (input, at) => {
        expect(records(input, at, true, 'closed')).toEqual(linesOf(input));
      }),
    );
  });

  test('a block without long lines is not cut up', () => {
    const cut = createCutter({ maxLine: 100, maxRecord: 100 }).cut(Buffer.from('one\ntwo\nthr'), 'open');
    expect(cut).toMatchObject({ begin: 0, end: 8, used: 8, records: { kind: 'lines' }, shortened: 0 });
  });

  test('each shortened line is counted once', () => {
    const cutter = createCutter(limits);
    const first = cutter.cut(Buffer.from('123456789'), 'open');
    const second = cutter.cut(Buffer.from('0123\n12345678\n123456789\n'), 'open');
    expect([first.shortened, second.shortened, cutter.skip]).toEqual([1, 1, 'none']);
  });
});

describe('records of several lines', () => {
  test('do not depend on how the bytes come', () => {
    fc.assert(
      fc.property(bytes, cuts, (input, at) => {
        expect(records(input, at, false, 'closed')).toEqual(records(input, [], false, 'closed'));
      }),
    );
  });

  test('begin at a line that matches and hold what follows, up to the limit', () => {
    fc.assert(
      fc.property(bytes, cuts, (input, at) => {
        for (const [index, record] of records(input, at, false, 'closed').entries()) {
          expect(record.length).toBeLessThanOrEqual(limits.maxRecord);
          if (index > 0) expect(record.startsWith('#')).toBe(true);
          expect(record.slice(1)).not.toContain('\n#');
        }
      }),
    );
  });

  test('the last one waits until nothing comes for a while', () => {
    expect(records(Buffer.from('#a\n b\n#c\n d\n e'), [], false, 'open')).toEqual(['#a\n b']);
    expect(records(Buffer.from('#a\n b\n#c\n d\n e'), [], false, 'idle')).toEqual(['#a\n b', '#c\n d']);
    expect(records(Buffer.from('#a\n b\n#c\n d\n e'), [], false, 'closed')).toEqual(['#a\n b', '#c\n d\n e']);
  });
});
