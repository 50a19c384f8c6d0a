import { describe, expect, test } from 'vitest';
import { instant } from '../model/time.ts';
import type { ParsedRecord } from './contract.ts';
import { lineFormats } from './registry.ts';

const now = Date.parse('2026-11-20T12:00:00Z');
const context = { reference: instant(now), zone: 'UTC' };
const at = instant(Date.parse('2026-11-20T10:00:06Z'));

function parsed(name: string, record: string, declared = false): ParsedRecord | undefined {
  return lineFormats.find((format) => format.name === name)?.parse(record, { ...context, declared });
}

describe('rfc3164', () => {
  test.each<[string, object]>([
    ['Nov 20 10:00:06 web1 sshd[123]: text', { at, host: 'web1', program: 'sshd', pid: '123', text: 'text' }],
    [
      'Nov 20 10:00:06 web1 root: bird_alert : this',
      { host: 'web1', program: 'root', text: 'bird_alert : this' },
    ],
    ['2026-11-20T11:00:06.000456+01:00 web1 cron[1]: x', { at, host: 'web1', program: 'cron', text: 'x' }],
    ['<34>Nov 20 10:00:06 web1 su: x', { severity: 'crit', fields: { facility: 'auth' }, program: 'su' }],
    ['Nov 20 10:00:06 m postfix/smtpd[12]: x', { program: 'postfix/smtpd', pid: '12' }],
    ['Nov 20 10:00:06 m (systemd)[1]: x', { program: '(systemd)', pid: '1' }],
    ['Nov 20 10:00:06 m sshd(pam_unix)[19]: x', { program: 'sshd(pam_unix)', pid: '19' }],
    ['Nov 20 10:00:06 m kernel: [  12.345] x', { program: 'kernel', text: '[  12.345] x' }],
    ['Nov 20 10:00:06 m sudo:   al : TTY=x', { program: 'sudo', text: '  al : TTY=x' }],
    ['Nov 20 10:00:06 m snmpd[7] no colon', { program: 'snmpd', pid: '7', text: 'no colon' }],
    ['Nov 20 10:00:06 m last message repeated 2 times', { host: 'm', text: 'last message repeated 2 times' }],
    ['Nov 20 10:00:06 m -- MARK --', { host: 'm', text: '-- MARK --' }],
    ['Nov 20 10:00:06 m see http://x/ now', { host: 'm', text: 'see http://x/ now' }],
    ['Nov 20 10:00:06 cron[9]: no host', { program: 'cron', pid: '9', text: 'no host' }],
    ['Nov 20 2026 10:00:06: %ASA-6-302013: Built', { at, program: '%ASA-6-302013', text: 'Built' }],
    ['Nov 20 10:00:06', { at, text: '' }],
    [
      '<13>logger[2]: from a socket',
      { severity: 'notice', program: 'logger', pid: '2', text: 'from a socket' },
    ],
    [
      '<189>123: *Nov 20 10:00:06.000: %SYS-5-CONFIG_I: text',
      { at, program: '%SYS-5-CONFIG_I', text: 'text', severity: 'notice' },
    ],
    [
      '<189>45: router1: Nov 20 10:00:06.000 UTC: %LINK-3-UPDOWN: text',
      { at, host: 'router1', program: '%LINK-3-UPDOWN', text: 'text' },
    ],
    ['<13>42: no stamp follows', { program: '42', text: 'no stamp follows' }],
    ['<13>42 things happened', { severity: 'notice', text: '42 things happened' }],
  ])('%s', (record, expected) => {
    expect(parsed('rfc3164', record)).toMatchObject(expected);
  });

  test('has no program where none is written', () => {
    expect(parsed('rfc3164', 'Nov 20 10:00:06 m last message repeated 2 times')).not.toHaveProperty(
      'program',
    );
    expect(parsed('rfc3164', 'Nov 20 10:00:06 cron[9]: no host')).not.toHaveProperty('host');
  });

  test.each([
    '2026-11-20T10:00:06Z INFO app: x',
    '2026-11-20 10:00:06 main app: x',
    '2026-11-20T10:00:06Z [main] INFO app: x',
    'Novel 20 10:00:06 x',
    '<999>Nov 20 10:00:06 m su: x',
    '<34>1 2026-11-20T10:00:06Z web1 su - - - x',
    'text',
  ])('is not: %s', (record) => {
    expect(parsed('rfc3164', record)).toBeUndefined();
  });
});

describe('rfc5424', () => {
  test('the examples of the RFC', () => {
    expect(
      parsed(
        'rfc5424',
        "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \ufeff'su root' failed",
      ),
    ).toMatchObject({
      at: Date.parse('2003-10-11T22:14:15.003Z'),
      host: 'mymachine.example.com',
      program: 'su',
      severity: 'crit',
      text: "'su root' failed",
      fields: { facility: 'auth', msgid: 'ID47' },
    });
    const data = parsed(
      'rfc5424',
      '<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - [exampleSDID@32473 iut="3" eventSource="App"][examplePriority@32473 class="high"]',
    );
    expect(data).toMatchObject({ pid: '8710', text: '' });
    expect(data?.fields).toMatchObject({
      sd: {
        'exampleSDID@32473': { iut: '3', eventSource: 'App' },
        'examplePriority@32473': { class: 'high' },
      },
      'sd.exampleSDID@32473.iut': '3',
    });
  });

  test('a value ends at a quote that is not escaped, and only quote, backslash and bracket are', () => {
    const record = String.raw`<13>1 - h p - - [a b="x\"y\]z\\" c="\n"]  two blanks`;
    expect(parsed('rfc5424', record)).toMatchObject({
      text: 'two blanks',
      fields: { 'sd.a.b': String.raw`x"y]z` + '\\', 'sd.a.c': String.raw`\n` },
    });
  });

  test.each(['<13>1 - - - - - -', '<13>1 - - - - - - '])('nothing but NILVALUEs: %j', (record) => {
    expect(parsed('rfc5424', record)).toEqual({ text: '', severity: 'notice', fields: { facility: 'user' } });
  });

  test.each([
    '<13>1 - - - - -',
    '<13>0 - - - - - - x',
    '<13>1 yesterday - - - - - x',
    '<13>1 - h p - - [a b="c x',
    '<13>1 - h p - - [] x',
    '1 - - - - - - x',
  ])('is not: %s', (record) => {
    expect(parsed('rfc5424', record)).toBeUndefined();
  });
});

describe('json', () => {
  test('members become text, time, host, program, severity and fields', () => {
    const record =
      '{"time":"2026-11-20T10:00:06Z","level":"WARN","msg":"m","hostname":"h","service":"s","pid":7,"a":{"b":[1,{"c":2}]}}';
    const found = parsed('json', record);
    expect(found).toMatchObject({ at, severity: 'warning', text: 'm', host: 'h', program: 's', pid: '7' });
    expect(found?.fields).toMatchObject({
      level: 'WARN',
      pid: 7,
      a: { b: [1, { c: 2 }] },
      'a.b.0': 1,
      'a.b.1.c': 2,
    });
  });

  test.each([
    ['1795168806', at],
    ['1795168806.5', instant(at + 500)],
    ['1795168806000', at],
    ['1795168806000000', at],
    ['1795168806000000000', at],
    ['"1795168806000000"', at],
    ['"2026-11-20T11:00:06+01:00"', at],
    ['"20/Nov/2026:11:00:06 +0100"', at],
    ['{"$date":"2026-11-20T10:00:06.000+00:00"}', at],
    ['"yesterday"', undefined],
    ['-1', undefined],
    ['1e300', undefined],
  ])('time %s', (time, expected) => {
    expect(parsed('json', `{"ts":${time}}`)?.at).toBe(expected);
  });

  test.each([
    ['"fatal"', 'crit'],
    ['"Information"', 'info'],
    ['30', 'info'],
    ['50', 'err'],
    ['3', 'err'],
    ['"3"', 'err'],
    ['"loud"', undefined],
    ['-1', undefined],
  ])('level %s is %s', (level, severity) => {
    expect(parsed('json', `{"level":${level}}`)?.severity).toBe(severity);
  });

  test('the text is the whole line when no member tells it; a list of bytes is decoded', () => {
    expect(parsed('json', '{"a":1}')?.text).toBe('{"a":1}');
    expect(parsed('json', '{"MESSAGE":[195,169,10]}')?.text).toBe('é\n');
    expect(parsed('json', '{"MESSAGE":[255,65]}')?.text).toBe('ÿA');
    expect(parsed('json', '{"MESSAGE":[256]}')?.text).toBe('{"MESSAGE":[256]}');
    expect(parsed('json', '@cee: {"msg":"x"}')?.text).toBe('x');
  });

  test('no prototype is reached', () => {
    const fields = parsed(
      'json',
      '{"__proto__":{"x":1},"constructor":{"prototype":{"y":1}},"a":{"__proto__":{"z":1}}}',
    )?.fields;
    expect(Object.getPrototypeOf(fields)).toBeNull();
    expect(Object.keys(fields ?? {}).toSorted()).toEqual([
      'a',
      'constructor',
      'constructor.prototype',
      'constructor.prototype.y',
    ]);
    expect(fields?.['toString']).toBeUndefined();
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  test('depth and number of fields have limits', () => {
    const deep = '{"a":'.repeat(500) + '1' + '}'.repeat(500);
    expect(Object.keys(parsed('json', deep)?.fields ?? {}).length).toBeLessThan(20);
    const wide = JSON.stringify(
      Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, { v: i }])),
    );
    expect(Object.keys(parsed('json', wide)?.fields ?? {}).length).toBeLessThanOrEqual(1024);
  });

  test.each(['{', '{"a":}', '[1]', '"x"', '{a:1}', '{"a":1} x', ''])('is not: %s', (record) => {
    expect(parsed('json', record)).toBeUndefined();
  });
});

describe('logfmt', () => {
  test('pairs with and without quotes', () => {
    const record = String.raw`time=2026-11-20T10:00:06Z level=error msg="say \"hi\"\tnow" user= path=C:\x host.name=h1 n=3`;
    const found = parsed('logfmt', record);
    expect(found).toMatchObject({ at, severity: 'err', text: 'say "hi"\tnow' });
    expect(found?.fields).toMatchObject({ user: '', path: String.raw`C:\x`, 'host.name': 'h1', n: '3' });
  });

  test.each([
    'one=pair',
    'a=1 b=2 and words',
    'authentication failure; logname= uid=0',
    'a=1 b="open',
    'a=1 b=x"y',
    '=1 b=2',
    '',
  ])('is not guessed: %s', (record) => {
    expect(parsed('logfmt', record)).toBeUndefined();
  });

  test('a record of the audit system is its whole line, at its own time, with the pairs that a program gave', () => {
    const record = `type=USER_LOGIN msg=audit(1795168806.000:7): pid=12 msg='op=login acct="root" hostname=? res=failed'`;
    const found = parsed('logfmt', record);
    expect(found).toMatchObject({ at, text: record, fields: { pid: '12', acct: 'root', res: 'failed' } });
    expect(found).not.toHaveProperty('host');
    expect(parsed('logfmt', `node=web1 ${record}`)).toMatchObject({ at, host: 'web1' });
  });

  test('declared, one pair and bare words will do', () => {
    expect(parsed('logfmt', 'debug msg=hello', true)).toMatchObject({
      text: 'hello',
      fields: { debug: true },
    });
    expect(parsed('logfmt', 'only words', true)).toBeUndefined();
  });
});

describe('plain', () => {
  test.each([
    '[Fri Nov 20 10:00:06.123456 2026] [core:error] x',
    '[Fri Nov 20 10:00:06 2026] [notice] x',
    '203.0.113.9 - alice [20/Nov/2026:10:00:06 +0000] "GET / HTTP/1.1" 200 5',
    '2026-11-20 10:00:06,123 ERROR [main] x',
    '[2026-11-20T10:00:06Z] x',
    '2026/11/20 10:00:06 [error] 12#0: x',
    '20-Nov-2026 10:00:06.123 queries: info: x',
    '[20-Nov-2026 10:00:06 UTC] PHP Fatal error:  x',
    '[1795168806] SERVICE ALERT: web1;HTTP;CRITICAL;HARD;3;x',
    '1795168806.123    120 203.0.113.9 TCP_MISS/200 5 GET http://x/',
    'type=AVC msg=audit(1795168806.243:100): avc:  denied  { read } for  pid=1',
    'Fri Nov 20 10:00:06 2026 x',
  ])('the time of: %s', (record) => {
    const found = parsed('plain', record);
    expect(found?.text).toBe(record);
    expect(Math.floor((found?.at ?? 0) / 1000)).toBe(at / 1000);
  });

  test.each(['1795168806 things', '[179516880] x', '12 [1795168806] x', '1795168806.12 x'])(
    'a number is none: %s',
    (record) => {
      expect(parsed('plain', record)).not.toHaveProperty('at');
    },
  );

  test('a stamp far into the line is not its time', () => {
    expect(parsed('plain', `${'x'.repeat(200)} [20/Nov/2026:10:00:06 +0000]`)).not.toHaveProperty('at');
  });
});
