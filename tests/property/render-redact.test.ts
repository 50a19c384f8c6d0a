import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { graphemes } from '../../src/kit/text.ts';
import { createRedaction } from '../../src/render/redact.ts';
import { redactable } from '../../src/render/redactable.ts';
import { renderMessage } from '../../src/render/message.ts';
import { plainShape, xPostShape } from '../../src/render/x-text.ts';
import { instant } from '../../src/model/time.ts';
import type { Alert, Notification } from '../../src/model/alert.ts';
import { size } from '../size.ts';

const numRuns = size('REDACT_RUNS', 400, 20_000);
const longest = size('REDACT_LENGTH', 60_000, 400_000);

/** Pieces of which logs with secrets are made, also broken ones. */
const pieces = [
  'password=',
  'password: ',
  '"password":"',
  'passwd ',
  'token ',
  'token=',
  'secret key is ',
  'api_key => ',
  'Authorization: ',
  'Bearer ',
  'Basic ',
  'Cookie: ',
  'a=',
  '--password ',
  '-u bob:',
  "identified by '",
  'hunter2',
  'ghp_aB3dE6gH9jaB3dE6gH9jaB3dE6gH9j12',
  'AKIAIOSFODNN7EXAMPLE',
  'eyJhbGciOiJI.eyJzdWIi.x_y',
  '9f86d081884c7d659a2feaa0c55ad015',
  '[secret]',
  '[address]',
  '[name]',
  '***',
  '${X}',
  '/home',
  'invalid',
  '-----BEGIN PRIVATE KEY-----',
  '-----END PRIVATE KEY-----',
  'MIIE',
  'https://',
  'u:p@',
  'h/',
  'x://:',
  '@',
  '10.0.0.1',
  '::1',
  'fe80::',
  'bob@x.org',
  'user=',
  'user ',
  'for ',
  'by ',
  'bob',
  ' from ',
  '(uid=0)',
  ' ',
  '\n',
  ',',
  ';',
  '"',
  "'",
  '\\',
  '\\"',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '<',
  '>',
  '=',
  ':',
  '.',
  '&',
  '%3D',
  'é',
  '\u{1F600}',
];
const text = fc
  .array(fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...pieces) }, fc.string({ maxLength: 12 })), {
    maxLength: 30,
  })
  .map((parts) => parts.join(''));

describe('redaction', () => {
  it('done twice is done once', () => {
    fc.assert(
      fc.property(text, fc.subarray([...redactable], { minLength: 1 }), (whole, classes) => {
        const once = createRedaction(classes).text(whole);
        const again = createRedaction(classes);
        expect(again.text(once)).toBe(once);
        expect(again.counts()).toEqual({});
      }),
      { numRuns },
    );
  });

  it('leaves nothing of a secret behind its name, wherever it stands', () => {
    const names = fc.constantFrom(
      'password=',
      'DB_PASSWORD=',
      '"token": "',
      'api-key: ',
      'client_secret=',
      '--password ',
    );
    const value = fc.stringMatching(/^[A-Za-z][A-Za-z0-9!#%/_.-]{6,30}[0-9]$/);
    fc.assert(
      fc.property(
        fc.lorem({ maxCount: 4 }),
        names,
        value,
        fc.lorem({ maxCount: 4 }),
        (before, name, secret, after) => {
          const close = name.endsWith('"') ? '"' : '';
          const left = createRedaction(['secrets']).text(`${before} ${name}${secret}${close} ${after}`);
          expect(left).toBe(`${before} ${name}[secret]${close} ${after}`);
        },
      ),
      { numRuns },
    );
  });

  const hostile: readonly (readonly [string, string])[] = [
    ...pieces.filter((piece) => piece.trim() !== '').map((piece) => [piece, piece] as const),
    ['a value without end', 'password="'],
    ['names without end', 'a.b-c_d'],
    ['options', '--a-b-c-password '],
    ['pairs', 'Digest a=b, '],
    ['addresses', '1.1.1.'],
    ['mail', 'a@b.'],
    ['users', 'for bob '],
    ['schemes', 'ab+cd:'],
    ['commas', 'password=,a,b,c'],
    ['escapes', String.raw`password="\\"`],
    ['cookies', 'Cookie: a=b; '],
    ['beginnings', 'eyJhbGciOiJI.'],
  ];
  it.each(hostile)(
    'takes time in proportion to its text: %j',
    (_name, piece) => {
      const whole = piece.repeat(Math.ceil(longest / piece.length));
      const redaction = createRedaction([...redactable], [whole.slice(0, 65_536)]);
      const began = performance.now();
      redaction.text(whole);
      // A square would take minutes.
      expect(performance.now() - began).toBeLessThan(20_000);
    },
    60_000,
  );

  it('keeps every part within what its channel takes, and says what is missing', () => {
    const at = instant(1_800_000_000_000);
    const notification: Notification = {
      id: 'N1',
      alerts: ['A1B2C3D4E5'],
      severity: 'critical',
      receiver: 'r',
      channel: 'c',
      hop: 0,
      reason: 'first',
      state: 'pending',
      createdAt: at,
      dueAt: at,
      attempt: 0,
      part: 0,
    };
    fc.assert(
      fc.property(text, fc.constantFrom(xPostShape, plainShape), (line, shape) => {
        const alert: Alert = {
          id: 'A1B2C3D4E5',
          rule: 'r',
          key: [line],
          severity: 'critical',
          status: 'open',
          raises: 1,
          mutedSinceTold: 0,
          firstAt: at,
          lastAt: at,
          samples: [],
          last: {
            count: 1,
            first: at,
            last: at,
            fields: { note: line },
            source: 's',
            stream: '',
            offset: 0,
            line: `${line} password=xq7Zk2`,
          },
        };
        const message = renderMessage({
          notification,
          alerts: [alert],
          templates: () => undefined,
          zone: 'UTC',
          now: at,
          shape: { ...shape, redact: ['secrets'] },
        });
        expect(message.parts.length).toBeLessThanOrEqual(shape.maxParts);
        for (const part of message.parts) expect(shape.measure(part)).toBeLessThanOrEqual(shape.limit);
        expect([...graphemes(message.title)].length).toBeLessThanOrEqual(400);
        expect(JSON.stringify(message)).not.toContain('xq7Zk2');
        expect(message.body).toMatch(/\d+ secrets? redacted/);
      }),
      { numRuns: Math.ceil(numRuns / 4) },
    );
  });
});
