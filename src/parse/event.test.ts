import { describe, expect, test } from 'vitest';
import { instant } from '../model/time.ts';
import { createParser } from './event.ts';

const now = instant(Date.parse('2026-11-20T10:00:10Z'));
const chunk = { source: 'auth', receivedAt: now, reference: now, position: { stream: '/var/log/auth.log' } };

describe('createParser', () => {
  test('makes an event of a record', () => {
    const parser = createParser({ format: 'auto', zone: 'UTC' });
    const record = 'Nov 20 10:00:06 web1 sshd[7]: hello';
    expect(parser.parse(record, chunk, 42)).toEqual({
      event: {
        at: Date.parse('2026-11-20T10:00:06Z'),
        receivedAt: now,
        source: 'auth',
        stream: '/var/log/auth.log',
        offset: 42,
        line: record,
        text: 'hello',
        host: 'web1',
        program: 'sshd',
        pid: '7',
        fields: {},
      },
      implausible: false,
    });
  });

  test.each([
    ['2026-11-20T10:05:10Z a', false, '2026-11-20T10:05:10Z'],
    ['2026-11-20T10:05:11Z a', true, '2026-11-20T10:00:10Z'],
    ['1989-12-31T23:59:59Z a', true, '2026-11-20T10:00:10Z'],
    ['1990-01-01T00:00:00Z a', false, '1990-01-01T00:00:00Z'],
    ['no time at all', false, '2026-11-20T10:00:10Z'],
  ])('the time of %s', (record, implausible, at) => {
    const parsed = createParser({ format: 'plain', zone: 'UTC' }).parse(record, chunk, 0);
    expect(parsed.implausible).toBe(implausible);
    expect(parsed.event.at).toBe(Date.parse(at));
  });

  test.each(['Nov 20 10:00:06 h p: text', '{"time":"2026-11-20T10:00:06Z","program":"p","msg":"text"}'])(
    'a byte order mark keeps nobody from reading %s',
    (record) => {
      const parser = createParser({ format: 'auto', zone: 'UTC' });
      expect(parser.parse(`\ufeff${record}`, chunk, 0).event).toMatchObject({
        at: Date.parse('2026-11-20T10:00:06Z'),
        program: 'p',
        text: 'text',
        line: `\ufeff${record}`,
      });
    },
  );

  test('`time: received` takes no time from the record', () => {
    const parser = createParser({ format: 'auto', zone: 'UTC', time: 'received' });
    expect(parser.parse('2030-01-01T00:00:00Z a', chunk, 0)).toMatchObject({
      event: { at: now },
      implausible: false,
    });
  });

  test('in history, year-less stamps are dated by the file', () => {
    const parser = createParser({ format: 'rfc3164', zone: 'UTC' });
    const old = { ...chunk, reference: instant(Date.parse('2019-01-02T00:00:00Z')) };
    expect(parser.parse('Dec 31 10:00:00 h a: b', old, 0).event.at).toBe(Date.parse('2018-12-31T10:00:00Z'));
  });

  test('a record that is not of the declared format is plain text', () => {
    const parser = createParser({ format: 'json', zone: 'UTC' });
    expect(parser.parse('Nov 20 10:00:06 web1 sshd[7]: hello', chunk, 0).event).toMatchObject({
      text: 'Nov 20 10:00:06 web1 sshd[7]: hello',
      at: now,
    });
  });

  test('a mixed stream is taken line by line', () => {
    const parser = createParser({ format: 'auto', zone: 'UTC' });
    const texts = [
      '{"msg":"a"}',
      'b',
      'Nov 20 10:00:06 h p: c',
      'x=1 msg=d',
      '<13>1 - - - - - - e',
      '{"msg":"f"}',
    ];
    expect(texts.map((record) => parser.parse(record, chunk, 0).event.text)).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
      'f',
    ]);
  });
});
