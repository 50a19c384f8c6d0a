import { deflateSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAssembly } from './assembly.ts';
import { createGelfFramer, createGelfWire } from './wire.ts';

const maxMessage = 2000;

const message = (more: object = {}): Buffer =>
  Buffer.from(JSON.stringify({ version: '1.1', host: 'web1', short_message: 'a line', ...more }));

/** In pieces, as "GELF via UDP" has it. */
function chunked(bytes: Buffer, size: number, id: number): Buffer[] {
  const count = Math.max(1, Math.ceil(bytes.length / size));
  return Array.from({ length: count }, (_, index) => {
    const head = Buffer.from([0x1e, 0x0f, 0, 0, 0, 0, 0, 0, 0, id, index, count]);
    return Buffer.concat([head, bytes.subarray(index * size, (index + 1) * size)]);
  });
}

describe('a message', () => {
  test('is the line that syslog would write, with its members as fields', () => {
    const sent = message({ level: 3, timestamp: 1_700_000_000.123, _application: 'shop', _user_id: 7 });
    const [arrival] = createGelfWire(maxMessage).datagram(sent, 'p', 0).arrived;
    expect(arrival?.record.toString()).toBe('2023-11-14T22:13:20.123Z web1 shop: a line');
    expect(arrival?.facts).toMatchObject({
      at: 1_700_000_000_123,
      host: 'web1',
      program: 'shop',
      severity: 'err',
      fields: { _user_id: 7, user_id: 7, level: 3 },
    });
    expect(arrival?.record.subarray(arrival.facts?.message).toString()).toBe('a line');
  });

  test.each([
    ['[]', 'malformed'],
    ['{"host":"x"}', 'malformed'],
    ['nonsense', 'malformed'],
    ['', 'malformed'],
  ])('%j is none', (sent, loss) => {
    expect(createGelfWire(maxMessage).datagram(Buffer.from(sent), 'p', 0).losses).toEqual([loss]);
  });

  test('compressed either way; a bomb goes off without harm', () => {
    const wire = createGelfWire(maxMessage);
    for (const compress of [gzipSync, deflateSync]) {
      expect(wire.datagram(compress(message()), 'p', 0).arrived).toHaveLength(1);
      expect(wire.datagram(compress(Buffer.alloc(50_000_000, ' ')), 'p', 0).losses).toEqual(['overlong']);
      expect(wire.datagram(compress(message()).subarray(0, 30), 'p', 0).losses).toEqual(['malformed']);
    }
  });
});

describe('pieces', () => {
  test('in any order, repeated, mixed with those of others, make the same messages', () => {
    const texts = fc.array(fc.string({ maxLength: 300 }), { maxLength: 6 });
    fc.assert(
      fc.property(
        texts,
        fc.integer({ min: 5, max: 100 }),
        fc.infiniteStream(fc.nat()),
        (lines, size, stream) => {
          const sent = lines.flatMap((line, id) =>
            chunked(message({ _n: id, full_message: line }), size, id),
          );
          const twice = [...sent, ...sent.slice(0, 3)].map((piece) => [stream.next().value, piece] as const);
          const wire = createGelfWire(100_000);
          const all = twice
            .toSorted(([a], [b]) => a - b)
            .map(([, piece]) => wire.datagram(piece, 'p', 0))
            .flatMap(({ arrived }) => arrived.map(({ facts }) => Number(facts?.fields?.['_n'])));
          // A repeated piece that comes after its message begins another that never ends.
          expect([...new Set(all)].toSorted((a, b) => a - b)).toEqual(lines.map((_, id) => id));
        },
      ),
    );
  });

  test('are given up after five seconds, and when too much waits', () => {
    const assembly = createAssembly({ message: 100, waiting: 150, messages: 3 });
    const piece = (id: number, bytes: number): Buffer =>
      chunked(Buffer.alloc(bytes * 2, 'x'), bytes, id)[0] ?? Buffer.alloc(0);
    for (const id of [1, 2, 3, 4]) assembly.take(piece(id, 10), 'p', 0);
    expect(assembly.givenUp(0)).toBe(1);
    assembly.take(piece(5, 90), 'p', 4000);
    expect(assembly.givenUp(4000)).toBe(1);
    expect(assembly.givenUp(5001)).toBe(2);
    assembly.take(piece(6, 90), 'p', 5001);
    expect(assembly.givenUp(5001)).toBe(1);
    expect(assembly.givenUp(20_000)).toBe(1);
    expect(assembly.take(piece(7, 101), 'p', 0)).toEqual({ type: 'lost', loss: 'overlong' });
  });

  test('whatever a datagram is, it never throws', () => {
    const wire = createGelfWire(maxMessage);
    const begin = fc.constantFrom([], [0x1e, 0x0f], [0x1f, 0x8b], [0x78, 0x9c], [0x7b]);
    fc.assert(
      fc.property(begin, fc.uint8Array({ maxLength: 60 }), (first, rest) => {
        const { arrived, losses } = wire.datagram(Buffer.from([...first, ...rest]), 'p', 0);
        expect(arrived.length + losses.length).toBeLessThan(2000);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('over TCP', () => {
  test('wherever it is cut, the same messages', () => {
    const parts = fc.array(
      fc.oneof(
        fc.nat(99).map((n) => message({ _n: n })),
        fc.constant(Buffer.alloc(300, 'x')),
        fc.constant(Buffer.alloc(0)),
      ),
      { maxLength: 8 },
    );
    const read = (blocks: readonly Buffer[]): unknown => {
      const framer = createGelfFramer(200);
      const all = [...blocks.map((block) => framer.read(block)), framer.end()];
      return [
        all.flatMap(({ arrived }) => arrived.map(({ record }) => record.toString())),
        all.flatMap(({ losses }) => losses),
      ];
    };
    fc.assert(
      fc.property(parts, fc.array(fc.nat()), (sent, cuts) => {
        const all = Buffer.concat(sent.flatMap((part) => [part, Buffer.from([0])]));
        const offsets = [0, ...cuts.map((cut) => cut % (all.length + 1)), all.length].toSorted(
          (a, b) => a - b,
        );
        const pieces = offsets.slice(1).map((end, index) => all.subarray(offsets[index], end));
        expect(read(pieces)).toEqual(read([all]));
      }),
    );
  });
});
