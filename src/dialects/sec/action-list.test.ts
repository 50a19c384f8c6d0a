import { expect, test } from 'vitest';
import { actionsOf, read, single } from '../../../tests/oracle/sec-parse/sample.ts';

test.each([
  ['none; ;', [{ type: 'none' }]],
  ['LogOnly', [{ type: 'logonly', text: '%s' }]],
  ['write (-) (a; b) c', [{ type: 'write', file: '-', text: '(a; b) c' }]],
  ['write - (a) and (b)', [{ type: 'write', file: '-', text: 'a) and (b' }]],
  [
    'write -(); write - ( \\(a )',
    [
      { type: 'write', file: '-()', text: '%s' },
      { type: 'write', file: '-', text: '(a' },
    ],
  ],
  ['event 10 minutes pass', [{ type: 'event', delay: 10, text: 'minutes pass' }]],
  ['event 05', [{ type: 'event', delay: 5, text: '%s' }]],
  [
    'event (5 x); event 5x',
    [
      { type: 'event', delay: 0, text: '5 x' },
      { type: 'event', delay: 0, text: '5x' },
    ],
  ],
  ['tevent $1 x', [{ type: 'tevent', delay: '$1', text: 'x' }]],
  ['cevent C 0', [{ type: 'cevent', context: 'C', delay: '0', text: '%s' }]],
  ["pipe ' a ' mail x", [{ type: 'pipe', text: ' a ', command: { type: 'line', text: 'mail x' } }]],
  [
    "pipe '' (); pipe '(a)'",
    [
      { type: 'pipe', text: '%s' },
      { type: 'pipe', text: 'a' },
    ],
  ],
  [
    "pipeexec '%s' mail  a (b)",
    [{ type: 'pipeexec', text: '%s', command: { type: 'words', words: ['mail', 'a', '(b)'] } }],
  ],
  ['shellcmd (a; b)', [{ type: 'shellcmd', command: { type: 'line', text: 'a; b' } }]],
  ['create', [{ type: 'create', context: '%s', life: '0', actions: [] }]],
  [
    'create (X) (5) (none; write - \\()',
    [
      {
        type: 'create',
        context: 'X',
        life: '5',
        actions: [{ type: 'none' }, { type: 'write', file: '-', text: '(' }],
      },
    ],
  ],
  ['create X () none', [{ type: 'create', context: 'X', life: '0', actions: [{ type: 'none' }] }]],
  ['set X - ()', [{ type: 'set', context: 'X', life: '-' }]],
  ['reset', [{ type: 'reset', rule: { by: 'all' }, text: '%s' }]],
  [
    'reset 0 x; reset +2; reset -3; reset 04 y; reset +x',
    [
      { type: 'reset', rule: { by: 'offset', offset: 0 }, text: 'x' },
      { type: 'reset', rule: { by: 'offset', offset: 2 }, text: '%s' },
      { type: 'reset', rule: { by: 'offset', offset: -3 }, text: '%s' },
      { type: 'reset', rule: { by: 'number', rule: 4 }, text: 'y' },
      { type: 'reset', rule: { by: 'all' }, text: '+x' },
    ],
  ],
  [
    'empty X; empty X %v',
    [
      { type: 'empty', context: 'X' },
      { type: 'empty', context: 'X', variable: 'v' },
    ],
  ],
  ['trim -5 X %v', [{ type: 'trim', time: '-5', context: 'X', variable: 'v' }]],
  [
    'addinput f; addinput (f) 5 C',
    [
      { type: 'addinput', file: 'f', offset: '-' },
      { type: 'addinput', file: 'f', offset: '5', context: 'C' },
    ],
  ],
  [
    'lcall %v a (b) -> ( sub { 1 } )',
    [{ type: 'lcall', variable: 'v', args: ['a', '(b)'], code: 'sub { 1 }', cached: false }],
  ],
  [
    'lcall %v (a b) :> sub { 1 }',
    [{ type: 'lcall', variable: 'v', args: ['a', 'b'], code: 'sub { 1 }', cached: true }],
  ],
  [
    'if %v (if %w (none)) ELSE (break)',
    [
      {
        type: 'if',
        variable: 'v',
        // oxlint-disable-next-line unicorn/no-thenable -- a list of actions, never awaited
        then: [{ type: 'if', variable: 'w', then: [{ type: 'none' }], otherwise: [] }],
        otherwise: [{ type: 'break' }],
      },
    ],
  ],
])('%s', (text, expected) => {
  expect(actionsOf(text)).toEqual(expected);
});

test.each([
  ['none x', 'action', '5:13'],
  ['none;; none', 'action', '5:13'],
  ['write - )(', 'parentheses', '5:16'],
  ['write - "("', 'parentheses', '5:17'],
  ['create X 5 (none; wrong)', 'action', '5:26'],
  ['pipe x', 'action', '5:13'],
  ['copy X v', 'action', '5:15'],
  ['if %v ()', 'action', '5:11'],
  ['if %v (none) (none)', 'action', '5:21'],
  ['add () x', 'action', '5:15'],
])('%s is a mistake at its place', (text, code, place) => {
  const { rules, told } = read(single({ action: text }));
  expect(rules).toEqual([]);
  expect(told[0]).toBe(`error sec.${code} ${place}`);
});
