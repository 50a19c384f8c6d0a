import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createInbox } from './inbox.ts';
import { readListenAddress, writeListenAddress } from './listen-address.ts';
import { createPaceLimit } from './pace-limit.ts';
import { dropsIn } from './udp-drops.ts';

test('what is taken is what was let in, in its order, and never more than there is room for', () => {
  const step = fc.oneof(
    fc.record({ add: fc.nat(400), weight: fc.nat(2000) }),
    fc.record({ take: fc.integer({ min: 1, max: 1000 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const inbox = createInbox(5000, () => undefined);
      const [put, got]: [number[], number[]] = [[], []];
      let next = 0;
      const take = (most: number): boolean => {
        const taken = inbox.take(most);
        for (const { fields } of taken?.facts ?? []) got.push(Number(fields?.['n']));
        return taken !== undefined;
      };
      for (const one of steps) {
        if ('take' in one) take(one.take);
        else {
          const arrival = {
            record: Buffer.alloc(one.add, 'x'),
            facts: { fields: { n: next } },
            weight: one.weight,
          };
          if (inbox.add(arrival, false)) put.push(next);
          next += 1;
          expect(inbox.bytes).toBeLessThanOrEqual(5000);
        }
      }
      while (take(100));
      expect(got).toEqual(put);
      expect(inbox.bytes).toBe(0);
    }),
  );
});

test.each([
  ['udp://:514', 'udp://127.0.0.1:514'],
  ['tcp://0.0.0.0:1', 'tcp://0.0.0.0:1'],
  ['tls://[::]:6514', 'tls://[::]:6514'],
  ['unix:/run/x', 'unix:/run/x'],
  ['udp://host', undefined],
  ['udp://host:0', undefined],
  ['udp://host:65536', undefined],
  ['http://host:80', undefined],
  ['tcp://[1.2.3.4]:1', undefined],
  [`unix:/${'x'.repeat(107)}`, undefined],
])('the address %s', (text, expected) => {
  const address = readListenAddress(text);
  expect(address === undefined ? undefined : writeListenAddress(address)).toBe(expected);
});

test('each sender has its own pace, of this second', () => {
  const limit = createPaceLimit(2);
  const takes = (sender: string, at: number): boolean => limit.take(sender, at);
  expect([takes('a', 0), takes('a', 1), takes('a', 2), takes('b', 3), takes('a', 1000)]).toEqual([
    true,
    true,
    false,
    true,
    true,
  ]);
  for (let index = 0; index < 30_000; index += 1) takes(`sender ${String(index)}`, 2000);
  expect(takes('a', 2001)).toBe(true);
});

test("the kernel's count of dropped datagrams", () => {
  const line = (port: string, drops: number): string =>
    `  1: 0100007F:${port} 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 1 2 0000 ${String(drops)} `;
  const table = ['  sl  local_address rem_address', line('158A', 7), line('158B', 100), line('158A', 1)].join(
    '\n',
  );
  expect(dropsIn(table, 5514)).toBe(8);
  expect(dropsIn(table, 1)).toBeUndefined();
  expect(dropsIn('', 5514)).toBeUndefined();
});
