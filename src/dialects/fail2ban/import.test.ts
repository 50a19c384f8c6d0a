import { describe, expect, test } from 'vitest';
import { matchPorts } from '../../../tests/property/engine-samples.ts';
import { configOf } from '../../../tests/contracts/config-texts.ts';
import { nativeFilter } from '../../../tests/oracle/fail2ban/installed.ts';
import type { Imported } from '../native/write.ts';
import { parseExpression, decide, writeExpression } from './expression.ts';
import { importFail2ban } from './import.ts';
import { parseIni } from './ini.ts';
import { secondsOf } from './jails.ts';

type Files = { readonly [path: string]: string };

const imported = (path: string, files: Files, jail?: string): Imported =>
  importFail2ban(
    path,
    {
      read: (name) => files[name],
      list: (folder) =>
        Object.keys(files).flatMap((name) =>
          name.startsWith(`${folder}/`) ? [name.slice(folder.length + 1)] : [],
        ),
      match: matchPorts,
    },
    jail,
  );

describe('files', () => {
  test('are read as configparser reads them', () => {
    const text = [
      '# a comment',
      '[A]',
      'One = 1 ; why',
      'two: x#y',
      '  ; inside',
      '\tgoes on',
      '',
      'three =',
      '[B]',
      'one = 2',
    ].join('\r\n');
    const plain = [...parseIni(text)].map(([name, options]) => [name, Object.fromEntries(options)]);
    expect(Object.fromEntries(plain)).toEqual({
      A: { one: '1', two: 'x#y\ngoes on', three: '' },
      B: { one: '2' },
    });
  });

  test('include others, name options of others, and .local files win', async () => {
    const files = {
      'f/app.conf':
        '[INCLUDES]\nbefore = base.conf\n[Definition]\n_daemon = app\nword = bad\nfailregex = ^%(__prefix_line)s<what-<mode>> <HOST>$\n  ^100%% %(known/word)s <ADDR>\nwhat-hard = %(word)s login of\nmode = soft\n',
      'f/app.local': '[Definition]\nword = wrong\nmode = hard\n',
      'f/base.conf': '[DEFAULT]\n__prefix_line = \\s*(?:\\S+ )?<_daemon>: \n',
    };
    const { text, left } = imported('f/app.conf', files);
    expect(left).toBe(0);
    expect(text).toContain("{ field: program, matches: '^[\\[(]?(?:app)(?:\\(\\S+\\))?[\\])]?$' }");
    expect(text).toContain('wrong login of (?:');
    expect(text).toContain('100% bad ');
    await configOf(text);
  });

  test('that name themselves, or grow without end, are told and end', () => {
    const body = (lines: readonly string[]): string => `[Definition]\n${lines.join('\n')}\n`;
    const doubling = Array.from({ length: 60 }, (_, n) => `a${n} = %(a${n + 1})s%(a${n + 1})s`);
    for (const lines of [
      ['failregex = %(failregex)s <HOST>'],
      ['failregex = <a> <HOST>', 'a = <a>x'],
      ['failregex = %(a0)s', ...doubling],
      ['failregex = (((('],
      ['failregex = ^x <HOST> \\1'],
      ['failregex = <HOST>\n  <SKIPLINES>x'],
    ]) {
      const { left } = imported('f.conf', { 'f.conf': body(lines) });
      expect(left, lines[0]).toBeGreaterThan(0);
    }
  });
});

describe('jails', () => {
  const files = {
    'e/jail.conf':
      '[INCLUDES]\nbefore = paths.conf\n[DEFAULT]\nbantime = 10m\nfindtime = 600\nmaxretry = 5\nfilter = %(__name__)s[mode=%(mode)s]\nmode = normal\nignoreip = 127.0.0.1/8 ::1 me.example\n[app]\nlogpath = %(app_log)s\n[other]\nlogpath = /var/log/auth.log\n',
    'e/paths.conf': '[DEFAULT]\napp_log = /srv/app.log\n  /srv/more.log tail\n',
    'e/jail.d/on.conf': '[app]\nenabled = true\n[gone]\nenabled = true\n',
    'e/jail.local': '[app]\nmaxretry = 2\nmode = hard\nbantime = -1\n',
    'e/filter.d/app.conf':
      '[Definition]\nfailregex = ^ <m-<mode>> <HOST>$\nm-normal = soft\nm-hard = hard\n[Init]\nmode = normal\n',
  };

  test('only those that are enabled count, with all that their files say', async () => {
    const { text, rules, left } = imported('e/jail.local', files);
    expect([rules, left]).toEqual([1, 2]);
    expect(text).toContain('jail gone: e/filter.d/gone.conf is not there');
    expect(text).toContain("app: { file: ['/srv/app.log', '/srv/more.log'] }");
    expect(text).toContain('ignoreip me.example');
    const config = await configOf(text);
    const [rule] = config.program.rules;
    expect(rule).toMatchObject({ id: 'app', from: ['app'], options: { reach: 2, within: 600_000 } });
    expect(rule?.except).toEqual([
      { type: 'field', field: 'ip', test: { op: 'in', values: ['127.0.0.1/8', '::1'] } },
    ]);
    expect(rule?.actions).toMatchObject([{ quiet: 365 * 86_400_000 }]);
    expect(JSON.stringify(rule?.pattern)).toContain(' hard ');
  });

  test('what has no counterpart is told and counted', () => {
    const more = '[app]\nenabled = 1\nignoreip =\nbantime.increment = true\nignorecommand = /bin/ask <ip>\n';
    const { text, left } = imported('e/own.conf', { ...files, 'e/own.conf': more });
    expect(left).toBe(2);
    expect(text).toContain('# not carried over: bantime.increment = true');
    expect(text).toContain('# not carried over: ignorecommand = /bin/ask <ip>');
    const off = more.replace('= true', '= false').replace('/bin/ask <ip>', '');
    expect(imported('e/own.conf', { ...files, 'e/own.conf': off }).left).toBe(0);
  });

  test.each([
    ['_SYSTEMD_UNIT=a.service PRIORITY=5', "{ matches: ['_SYSTEMD_UNIT=a.service', 'PRIORITY=5'] }", 0],
    ['', 'true', 0],
    ['_SYSTEMD_UNIT=a.service + _COMM=a', 'true', 1],
    ['_COMM=a\n  _COMM=b', 'true', 1],
  ])('with backend = systemd read the journal: %s', async (match, journal, lost) => {
    const jail = '[app]\nenabled = 1\nignoreip =\nbackend = systemd\nlogpath = /var/log/auth.log\n';
    const filter = `[Definition]\nfailregex = ^x <HOST>\ndatepattern = ^%Y\njournalmatch = ${match}\n`;
    const own = { 'e/own.conf': jail, 'e/filter.d/app.conf': filter };
    const { text, left } = imported('e/own.conf', own);
    expect(left).toBe(lost);
    expect(text).toContain(`app: { journal: ${journal} }`);
    expect((await configOf(text)).program.rules[0]?.from).toEqual(['app']);
  });

  test('what a jail says itself replaces what its filter says, and can name it', async () => {
    const jail = [
      '[app]',
      'enabled = 1',
      'word = 100%%',
      'failregex = ^ %(word)s %%%% of <HOST>$',
      'ignoreregex = 203\\.0\\.113\\.77$',
      '[more]',
      'enabled = 1',
      'filter = app[mode=hard]',
      'failregex = %(known/failregex)s',
      '  ^ mine <HOST>$',
      '[wrong]',
      'enabled = 1',
      'filter = app',
      'failregex = %(nothing)s',
    ];
    const { text, left } = imported('e/own.conf', { ...files, 'e/own.conf': jail.join('\n') });
    expect(left).toBe(1);
    expect(text).toContain('jail wrong: failregex cannot be filled in');
    const [app, more] = (await configOf(text)).program.rules;
    expect(JSON.stringify(app?.pattern)).toContain(' 100% %% of ');
    expect(JSON.stringify(app?.pattern)).not.toContain('soft');
    expect(JSON.stringify(app?.except)).toContain('77$');
    expect(JSON.stringify(more?.pattern)).toMatch(/ hard .* mine /);
  });

  test('a filter takes the terms of its jail', () => {
    expect(imported('e/filter.d/app.conf', files).text).toContain('{ reach: 5, within: 10m }');
    for (const jail of ['e/jail.conf', 'e/jail.local'])
      expect(imported('e/filter.d/app.conf', files, jail).text).toContain('{ reach: 2, within: 10m }');
  });

  test.each([
    ['600', 600],
    ['10m', 600],
    ['1d 12h', 129_600],
    ['-1', -1],
    ['1 week', 604_800],
    ['soon', undefined],
    ['5 apples', undefined],
  ])('%s', (text, length) => {
    expect(secondsOf(text)).toBe(length);
  });
});

describe('the time before what is looked at', () => {
  const both = [
    '2026-11-20 10:00:01 srv bad 203.0.113.1',
    'Nov 20 10:00:01 srv bad 203.0.113.2',
    '2026-11-20 10:00:01 SRV BAD 203.0.113.3',
    '2026-11-20 10:00:01 srv srv bad 203.0.113.4',
  ];

  test.each([
    [String.raw`failregex = ^\s*srv bad <HOST>$`, '1,2'],
    [String.raw`failregex = (?i)^\s*srv bad <HOST>$`, '1,2,3'],
    [String.raw`failregex = (?:^\s*srv bad|^\s*SRV BAD) <HOST>$`, '1,2,3'],
    [String.raw`failregex = (?:^\s*srv|srv) bad <HOST>$`, '1,2,4'],
    [String.raw`failregex = (^\s*srv bad) <HOST>`, '1,2'],
    [String.raw`failregex = \A\s*srv bad <HOST>`, '1,2'],
    [String.raw`failregex = (?:)^\s*srv bad <HOST>`, '1,2'],
    [String.raw`failregex = (?=\s*srv)^\s*srv bad <HOST>`, '1,2'],
    [String.raw`failregex = (?i:^\s*srv bad <HOST>)$`, '1,2,3'],
    [String.raw`failregex = (?x)^ \s* srv \s bad \s <HOST>$`, '1,2'],
    [String.raw`failregex = ^(?!^\s*srv srv)\s*(?:srv )+bad <HOST>$`, '1,2'],
    [String.raw`failregex = (?:[^x]|\^)bad <HOST>$`, '1,2,4'],
    ['prefregex = (?i)^\\s*srv <F-CONTENT>.+</F-CONTENT>$\nfailregex = ^bad <HOST>$', '1,2'],
    ['prefregex = ^\\s*srv <F-CONTENT>.+</F-CONTENT>$\nfailregex = (?i)^bad <HOST>$', '1,2'],
    ['prefregex = ^\\s*srv <F-CONTENT>.+</F-CONTENT>$\nfailregex = (?:^bad|^ill) <HOST>$', '1,2'],
    ['failregex = bad <HOST>$\nignoreregex = (?:^\\s*srv srv)', '1,2'],
  ])('is allowed for wherever an expression begins: %s', async (lines, numbers) => {
    const { text, left } = imported('f.conf', { 'f.conf': `[Definition]\n${lines}\n` });
    expect(left).toBe(0);
    const native = await nativeFilter(text);
    expect(both.flatMap((line) => native(line)?.split('.').slice(-1) ?? []).join()).toBe(numbers);
  });

  test('is told where a datepattern has it elsewhere in a line', () => {
    const withDate = (form: string): number =>
      imported('f.conf', { 'f.conf': `[Definition]\nfailregex = ^x <HOST>\ndatepattern = ${form}\n` }).left;
    expect([String.raw`\stime=%%Y-%%m-%%d %%H:%%M:%%S`, 'at {DATE}'].map(withDate)).toEqual([1, 1]);
    const first = [
      '^%%Y-%%m-%%d',
      '{^LN-BEG}',
      '%%d/%%b',
      String.raw`^[^\[]*\[({DATE})`,
      String.raw`^<\d+>\d+\s+{DATE}`,
    ];
    expect(first.map(withDate)).toEqual(first.map(() => 0));
  });

  test.each([
    ['<SUBNET>', '203.0.113.0/24'],
    ['<F-SUBNET/>', '203.0.113.0/24'],
  ])('a network is told apart from its first address: %s', async (tag, id) => {
    const { text } = imported('f.conf', { 'f.conf': `[Definition]\nfailregex = ^\\s*x ${tag}$\n` });
    const native = await nativeFilter(text);
    expect(native('Nov 20 10:00:01 x 203.0.113.0/24')).toBe(id);
    expect(native('Nov 20 10:00:01 x [203.0.113.9]')).toBe('203.0.113.9');
  });

  test.each([
    String.raw`failregex = \s*^srv bad <HOST>$`,
    String.raw`failregex = (?:^\s*)?^srv bad <HOST>$`,
    String.raw`failregex = (?<=^|\s)srv bad <HOST>$`,
    String.raw`failregex = (?=^\s*srv)\s*srv bad <HOST>$`,
    'prefregex = ^\\s*srv <F-CONTENT>.+</F-CONTENT>$\nfailregex = (?:^bad|ill) <HOST>$',
    'failregex = bad <HOST>$\nignoreregex = srv (^srv)',
    'failregex = bad <HOST>$\nprefregex = ^<F-CONTENT>.+</F-CONTENT>$\nignoreregex = srv (^srv',
  ])('is told where it cannot be: %s', (lines) => {
    expect(imported('f.conf', { 'f.conf': `[Definition]\n${lines}\n` }).left).toBeGreaterThan(0);
  });
});

describe('expressions', () => {
  const decided = (source: string, part: boolean): string | undefined => {
    const parsed = parseExpression(source);
    const one = parsed === undefined ? undefined : decide(parsed, 'a', part);
    return one === undefined ? undefined : writeExpression(one, (name) => name);
  };

  test.each([
    ['(?P<a>x )?y(?(a)1|2)', '(?<a>x )y(?:1)', 'y(?:2)'],
    ['(?:(?P<a>x)|y)(?(a)1)', '(?:(?<a>x))(?:1)', '(?:y)(?:)'],
    ['(?P<a>x)|y', '(?<a>x)', 'y'],
    ['(?P<a>x)y', '(?<a>x)y', undefined],
    ['[[(?P<a>]\\Z', '[\\[(?P<a>]\\z', '[\\[(?P<a>]\\z'],
  ])('%s with the group, and without it', (source, with_, without) => {
    expect([decided(source, true), decided(source, false)]).toEqual([with_, without]);
  });

  test('are refused when their parentheses are not in order, however many there are', () => {
    for (const source of ['(', ')', '(()', '('.repeat(100_000), 'a|(?(x)y', '(?P<a>']) {
      expect(parseExpression(source)).toBeUndefined();
    }
  });
});
