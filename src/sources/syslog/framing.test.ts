import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSyslogFramer, createSyslogWire } from './framing.ts';

const maxMessage = 40;

const message = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  .map((text) => `<13>${text.replaceAll(/[\n\r\0]/g, ' ')}x`);
const frame = fc.tuple(message, fc.constantFrom('counted', 'lf', 'nul')).map(([text, how]) => {
  const bytes = Buffer.from(text);
  if (how === 'counted')
    return { bytes, sent: Buffer.concat([Buffer.from(`${String(bytes.length)} `), bytes]) };
  return { bytes, sent: Buffer.concat([bytes, Buffer.from(how === 'lf' ? '\n' : '\0')]) };
});

function read(blocks: readonly Buffer[]): { readonly texts: string[]; readonly losses: string[] } {
  const framer = createSyslogFramer(maxMessage);
  const all = [...blocks.map((block) => framer.read(block)), framer.end()];
  return {
    texts: all.flatMap(({ arrived }) => arrived.map(({ record }) => record.toString('latin1'))),
    losses: all.flatMap(({ losses }) => losses),
  };
}

function pieces(all: Buffer, cuts: readonly number[]): Buffer[] {
  const offsets = [0, ...cuts.map((cut) => cut % (all.length + 1)), all.length].toSorted((a, b) => a - b);
  return offsets.slice(1).map((end, index) => all.subarray(offsets[index], end));
}

describe('framing of syslog over streams', () => {
  test('wherever it is cut, each message arrives once, cut to the limit', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 8 }), fc.array(fc.nat()), (frames, cuts) => {
        const all = Buffer.concat(frames.map(({ sent }) => sent));
        const { texts, losses } = read(pieces(all, cuts));
        expect(texts).toEqual(frames.map(({ bytes }) => bytes.subarray(0, maxMessage).toString('latin1')));
        expect(losses).toEqual(frames.filter(({ bytes }) => bytes.length > maxMessage).map(() => 'tooLong'));
      }),
    );
  });

  test('whatever comes: the same, wherever it is cut, and nothing longer than the limit', () => {
    const digits = fc.constantFrom(...'0123456789 \n\0<>{a'.split('')).map((char) => Buffer.from(char));
    const any = fc.array(
      fc.oneof(
        digits,
        fc.uint8Array({ maxLength: 30 }).map((array) => Buffer.from(array)),
      ),
    );
    fc.assert(
      fc.property(any, fc.array(fc.nat()), (parts, cuts) => {
        const all = Buffer.concat(parts);
        const whole = read([all]);
        expect(read(pieces(all, cuts))).toEqual(whole);
        for (const text of whole.texts) expect(text.length).toBeLessThanOrEqual(maxMessage);
      }),
      { numRuns: 1000 },
    );
  });

  test.each<[string, string[]]>([
    ['5 <1>ab6 <1>abc', ['<1>ab', '<1>abc']],
    ['6 <1>ab\n<1>c\n', ['<1>ab', '<1>c']],
    ['<1>a\r\n\n<1>b', ['<1>a', '<1>b']],
    ['9999999999 x\n', ['9999999999 x']],
    ['05 abcde\n', ['05 abcde']],
    ['12', ['12']],
    ['7 <1>a', ['<1>a']],
    ['7 abc', ['7 abc']],
    ['404 /index\n500 /index\n<1>c\n', ['404 /index', '500 /index', '<1>c']],
    ['5 {"a"}4 text', ['{"a"}', 'text']],
    ['5 ', ['5 ']],
  ])('%j', (sent, expected) => {
    expect(read([Buffer.from(sent)]).texts).toEqual(expected);
  });

  test('a datagram is one message without its ending', () => {
    const texts = (sent: string): string[] =>
      createSyslogWire(maxMessage)
        .datagram(Buffer.from(sent), '', 0)
        .arrived.map(({ record }) => record.toString());
    expect(texts('<1>a\nb\n\0')).toEqual(['<1>a\nb']);
    expect(texts('\n')).toEqual([]);
  });
});
