import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageOf } from '../../../tests/peers/channel-ports.ts';
import type { Message } from '../../model/delivery.ts';
import { instant } from '../../model/time.ts';
import { local, type Speaker, structured } from './frame.ts';

const speaker: Speaker = {
  facility: 'local0',
  appName: 'bird-sentinel',
  host: 'web1',
  pid: 77,
  sdId: 'bird-sentinel@32473',
};
const now = instant(Date.parse('2026-11-20T10:00:06.789Z'));

/** The parts of a message of RFC 5424, section 6, with one element of structured data. */
const rfc5424 =
  /^<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([\x21-\x7e]{1,255}) ([\x21-\x7e]{1,48}) (\d+) ([\x21-\x7e]{1,32}) \[([^ =\]"]{1,32})((?: [a-z]+="(?:[^"\\\]]|\\["\\\]])*")*)\] ([\s\S]+)$/;

const any = fc.string({ unit: 'binary', maxLength: 300 });

function messageWith(rule: string, keys: readonly string[], reason: string): Message {
  const message = messageOf(['text']);
  return { ...message, payload: { ...message.payload, rule, key: keys, reason, id: rule } };
}

describe('a message of RFC 5424', () => {
  it('has its form and its size whatever is in it', () => {
    fc.assert(
      fc.property(
        any,
        fc.array(any, { maxLength: 9 }),
        any,
        any,
        fc.integer({ min: 1024, max: 4096 }),
        (rule, keys, reason, text, size) => {
          const frame = structured(
            messageWith(rule, keys, reason),
            text.repeat(20),
            { ...speaker, host: rule },
            now,
            size,
          );
          const [, pri, time, , app, pid] = rfc5424.exec(frame) ?? expect.fail(frame);
          expect([pri, time, app, pid]).toEqual(['130', '2026-11-20T10:00:06.789Z', 'bird-sentinel', '77']);
          expect(frame).not.toMatch(/\p{Cc}/u);
          expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(size);
        },
      ),
    );
  });

  it('has room for the text whatever the data want to be escaped', () => {
    const quotes = fc.string({ unit: fc.constantFrom('"', '\\', ']', 'a'), minLength: 150, maxLength: 300 });
    fc.assert(
      fc.property(quotes, fc.array(quotes, { minLength: 4, maxLength: 9 }), (rule, keys) => {
        const message = messageWith(rule, keys, 'first');
        const frame = structured(
          { ...message, payload: { ...message.payload, id: 'A1' } },
          'text',
          speaker,
          now,
          1024,
        );
        expect(rfc5424.exec(frame)?.at(-1)).toBe('text');
        expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(1024);
      }),
    );
  });

  it('gives back what was put into its data', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (value) => {
        const frame = structured(messageWith('rule', [value], 'first'), 'text', speaker, now, 4096);
        const [, written = ''] = / key="((?:[^"\\\]]|\\["\\\]])*)" alert=/.exec(frame) ?? expect.fail(frame);
        expect(written.replace(/\\(["\\\]])/g, '$1')).toBe(value.trim());
      }),
    );
  });
});

describe('a message for /dev/log', () => {
  it('is one line with a head, in its size', () => {
    fc.assert(
      fc.property(any, fc.integer({ min: 1024, max: 4096 }), (text, size) => {
        const frame = local(messageOf(['text']), text.repeat(20), speaker, now, size);
        expect(frame).toMatch(/^<130>Nov 20 \d\d:\d\d:06 bird-sentinel\[77\]: .+$/u);
        expect(frame).not.toMatch(/\p{Cc}/u);
        expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(size);
      }),
    );
  });
});
