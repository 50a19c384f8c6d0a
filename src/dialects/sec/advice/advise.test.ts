import { describe, expect, test } from 'vitest';
import { ports, read, settings, single } from '../../../../tests/oracle/sec-parse/sample.ts';
import type { SecSettings } from '../../../engine/sec/program.ts';
import { adviseSec } from './advise.ts';

function told(text: string, more: Partial<SecSettings> = {}): readonly string[] {
  const { program, diagnostics } = read(text, { settings: { ...settings, shell: 'raw', ...more } });
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return adviseSec(program, ports).map(({ code, line }) => `${code.slice(4)} ${String(line)}`);
}

describe('log text', () => {
  test.each([
    ['shellcmd mail $1', ['shell 1']],
    ['shellcmd mail x', []],
    ['shellcmd mail %s', ['shell 1']],
    ['cmdexec mail -- $1', []],
    ['cmdexec mail $1', ['option-injection 1']],
    ['cmdexec mail user=$1', []],
    ['cmdexec $1', ['program-name 1']],
    ["pipe '$1' cat", []],
    ["pipe 'x' mail $+{_inputsrc}", ['shell 1']],
    ['assign %v $1; assign %w %v; spawn a %{w}', ['shell 1']],
    ['assign %v x; spawn a %v', []],
    ['assignsq %v $1; spawn a %v', []],
    ['copy X %v; report X mail %v', ['shell 1']],
    ['create C 5 (if %v (cspawn X run $1))', ['shell 1']],
    ['write /var/log/$1 x', ['file-name 1']],
    ['eval %v ( lc("$1") )', ['perl-injection 1']],
    ['shellcmd echo %%s', []],
  ])('%s', (action, expected) => {
    expect(told(single({ action, desc: 'd $1' }))).toEqual(expected);
  });

  test('in %s is quoted by --quoting, everywhere by shell: quoted', () => {
    const rule = single({ action: 'shellcmd a %s', desc: '$1' });
    expect(told(rule, { quoting: true })).toEqual([]);
    expect(told(single({ action: 'shellcmd a | b $1' }), { shell: 'quoted' })).toEqual([]);
    expect(told(single({ action: 'shellcmd a $1' }), { quoting: true })).toEqual(['shell 1']);
  });

  test('of the first half of a Pair', () => {
    const pair = { type: 'Pair', ptype2: 'RegExp', pattern2: 'x', desc2: 'e', window: '5' };
    expect(told(single({ ...pair, action2: 'shellcmd a %1' }))).toEqual(['shell 1']);
  });

  test('in a script, and in a context', () => {
    const rule = single({ type: 'SingleWithScript', script: 'a $1', context: '=("$1")' });
    expect(told(rule)).toEqual(['shell 1', 'perl-injection 1']);
  });

  test('a pattern that sets no variables gives none', () => {
    expect(told(single({ ptype: 'SubStr', action: 'shellcmd a $1' }))).toEqual(['no-variables 1']);
  });
});

test('a command line that needs a shell, where none is allowed', () => {
  expect(told(single({ action: 'shellcmd a | b %{v}' }), { shell: 'refused' })).toEqual(['shell-refused 1']);
  expect(told(single({ action: 'shellcmd A=1 b' }), { shell: 'refused' })).toEqual(['shell-refused 1']);
  expect(told(single({ action: 'shellcmd a %{v} x$1' }), { shell: 'refused' })).toEqual([]);
  expect(told(single({ action: 'shellcmd a $1' }), { shell: 'refused' })).toEqual(['option-injection 1']);
});

describe('variables that the pattern does not give', () => {
  test.each([
    [{ pattern: 'abc', action: 'write - $1' }, ['no-groups 1']],
    [{ pattern: 'abc', action: 'write - $0 $$1' }, []],
    [{ pattern: '(a)', action: 'write - $1 $2' }, ['variable 1']],
    [{ pattern: '(?<n>a)', action: 'write - $+{n} $+{m}' }, ['variable 1']],
    [{ pattern: '(a)', varmap: 'm=1', desc: '$+{m}' }, []],
    [{ ptype: 'NRegExp', desc: '$1' }, ['variable 1']],
    [{ ptype: 'TValue', pattern: 'FALSE', context: 'A_$1' }, ['no-variables 1']],
    [{ ptype: 'Cached', pattern: 'E', desc: '$9 $+{any}' }, []],
    [
      { type: 'Pair', ptype2: 'RegExp', pattern2: 'x', desc2: '$1 %1', action2: 'none', window: '5' },
      ['no-groups 1'],
    ],
    [{ type: 'Pair', ptype2: 'SubStr', pattern2: 'x', desc2: '$1', action2: 'none', window: '5' }, []],
    [
      { type: 'EventGroup2', ptype2: 'SubStr', pattern2: 'x', window: '5', count2: 'write - $1', desc: '$1' },
      ['no-variables 1'],
    ],
  ])('%j', (fields, expected) => {
    expect(told(single(fields))).toEqual(expected);
  });
});

describe('rules that are never reached', () => {
  const all = single({ ptype: 'TValue', pattern: 'TRUE' });
  test.each([
    [[all, single()], ['unreachable 7']],
    [
      [single({ pattern: '.*' }), 'type=Calendar\ntime=* * * * *\ndesc=x\naction=none\n', single()],
      ['unreachable 12'],
    ],
    [[single({ ptype: 'TValue', pattern: 'TRUE', continue: 'TakeNext' }), single()], []],
    [[single({ ptype: 'TValue', pattern: 'TRUE', context: 'A' }), single()], []],
    [[single({ continue: 'GoTo x' }), all, `${single()}label=x\n`], []],
    [[all], []],
  ])('%#', (rules, expected) => {
    expect(told(rules.join('\n'))).toEqual(expected);
  });
});

describe('events that bring themselves about', () => {
  test.each([
    [single({ pattern: 'again', action: 'event once again' }), ['loop 1']],
    [single({ pattern: 'again', action: 'event 5 once again' }), []],
    [single({ pattern: 'again', action: 'event once again', context: '!A' }), []],
    [single({ action: 'event $0' }), ['loop 1']],
    [single({ ptype: 'SubStr', pattern: 'x', desc: 'x y', action: 'event' }), ['loop 1']],
    [single({ pattern: '(.*)', action: 'event $1' }), ['loop 1']],
    [
      `${single({ pattern: 'ping', action: 'event pong' })}\n${single({ pattern: 'pong', action: 'event ping' })}`,
      ['loop 1', 'loop 7'],
    ],
    [
      `${single({ pattern: 'x', action: 'none' })}\n${single({ pattern: 'again', action: 'event x again' })}`,
      [],
    ],
  ])('%#', (text, expected) => {
    expect(told(text)).toEqual(expected);
  });
});

describe('what only grows', () => {
  test.each([
    [
      [single({ type: 'Pair', ptype2: 'SubStr', pattern2: 'x', desc2: 'e', action2: 'none' })],
      ['no-window 1'],
    ],
    [[single({ action: 'create SEEN_$1' })], ['no-life 1']],
    [[single({ action: 'create SEEN_$1 60' })], []],
    [[single({ action: 'create SEEN' })], []],
    [[single({ action: 'create', desc: 'SEEN_$1' })], ['no-life 1']],
    [[single({ action: 'add L_$1 x' }), single({ action: 'delete L_$1' })], []],
    [[single({ action: 'add L_$1 x; add L_$1 y' })], ['no-life 1']],
  ])('%#', (rules, expected) => {
    expect(told(rules.join('\n'))).toEqual(expected);
  });
});
