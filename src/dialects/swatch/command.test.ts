import { describe, expect, test } from 'vitest';
import { textAt } from '../sec/text.ts';
import { readCommand } from './command.ts';
import { createReport, noFindings } from './report.ts';

const read = (text: string, shell = true, awk = false) => {
  const findings = noFindings();
  const form = { constants: new Map<string, string>(), awk, command: true, shell };
  const command = readCommand(textAt(text, { line: 2, column: 10 }), form, createReport('s.conf', findings));
  return { command, codes: [...findings.leftOut, ...findings.repaired].map(({ code }) => code), findings };
};

const LINE = { type: 'line' } as const;
const text = (words: string) => ({ type: 'text', text: words }) as const;

describe('words that never meet a shell', () => {
  test.each([
    ['/bin/x $0', [[text('/bin/x')], [LINE]]],
    ['\'/bin/x y\' "a b" c\\\\ d', [[text('/bin/x y')], [text('a b')], [text('c d')]]],
    ["/bin/x 'got $0' end", [[text('/bin/x')], [text('got '), LINE], [text('end')]]],
    ['/bin/x "" \'\'', [[text('/bin/x')], [text('')], [text('')]]],
    ['/bin/x a#b # c', [[text('/bin/x')], [text('a#b')], [text('#')], [text('c')]]],
    ['/bin/x a=$1', [[text('/bin/x')], [text('a='), { type: 'match', group: '1' }]]],
  ])('%s', (line, words) => {
    expect(read(line, false).command).toEqual({ type: 'words', words });
  });

  test('fields with --awk-field-syntax', () => {
    const words = [[text('/bin/x')], [{ type: 'field', number: 12 }]];
    expect(read('/bin/x $12', false, true).command).toEqual({ type: 'words', words });
  });
});

describe('scripts that find texts of the log in their parameters', () => {
  test.each([
    ['echo $0 >> seen', 'echo "${1}" >> seen'],
    ['echo "got $0" | cat', 'echo "got ${1}" | cat'],
    ["echo 'got $0' | cat", "echo 'got '\"${1}\"'' | cat"],
    ['cat < x && echo $1 $2 $1', 'cat < x && echo "${1}" "${2}" "${3}"'],
    ['A=1 /bin/x $0', 'A=1 /bin/x "${1}"'],
    ['ls *.log', 'ls *.log'],
  ])('%s', (line, script) => {
    expect(read(line).command).toMatchObject({ type: 'script', script });
  });

  test('which run only where a shell is allowed', () => {
    expect(read('echo $0 >> seen', false)).toMatchObject({
      command: undefined,
      codes: ['swatch.shell-refused'],
    });
  });
});

describe('what would be code or the name of a program is left out, with its place', () => {
  test.each([
    '$1 x',
    '"$0"',
    'sh -c $1',
    '/bin/bash -c "echo $1"',
    'perl -e $0',
    'sudo -u x sh -c "ls $1"',
    'ssh host "logger $1"',
    'eval $1',
    'true; $1',
    'true && "$0"',
    'true | $0',
    'echo `logger $1`',
    'echo $(logger $1)',
    'echo ${x:-$1}',
    'cat <<E\\n$1\\nE',
    'true; eval "$1"',
    'true; bash -c "$1"',
    'echo x \\\\$1 > y',
    'echo a > b # $1',
    "awk '/$1/ {print}' f",
    'echo $HOME',
    'echo \\$1 > x',
  ])('%s', (line) => {
    const { command, findings } = read(line);
    expect(command).toBeUndefined();
    expect(findings.leftOut).toHaveLength(1);
    expect(findings.leftOut[0]).toMatchObject({ file: 's.conf', line: 2, severity: 'warning' });
  });

  test.each(['echo "a', "echo 'a", '', '  '])('%j is no command', (line) => {
    expect(read(line)).toMatchObject({ command: undefined, codes: ['swatch.command'] });
  });
});

test('what swatch itself would give to a shell as it stands is told', () => {
  expect(read('/bin/x $1').codes).toEqual(['swatch.injection']);
  expect(read('/bin/x $_').codes).toEqual(['swatch.injection']);
  expect(read('/bin/x $0').findings.traps).toMatchObject([{ code: 'swatch.argument', line: 2, column: 17 }]);
});
