import { describe, expect, it } from 'vitest';
import type { Row } from '../../model/machine.ts';
import { instant } from '../../model/time.ts';
import type { PerlCall, SecMachine, SecOutput, SecPorts } from './contract.ts';
import { createSecMachine } from './machine.ts';
import type { SecAction, SecActions, SecPattern, SecRule, SecSettings } from './program.ts';

const EPOCH = 1_704_067_200;

const SETTINGS: SecSettings = {
  bufsize: 0,
  jointbuf: false,
  evstoresize: 0,
  cleantime: 1,
  quoting: false,
  intevents: false,
  intcontexts: false,
  shell: 'refused',
};

const PORTS: SecPorts = {
  match: {
    indexOf: () => -1,
    decode: () => '',
    guarded: (regex, text) => (text.includes('slow') ? 'timedOut' : regex.exec(text)),
    isLinear: () => false,
  },
  localTime: () => ({
    second: 0,
    minute: 0,
    hour: 0,
    day: 1,
    month: 1,
    year: 2024,
    weekday: 1,
    zone: 'UTC',
    offset: 0,
  }),
  limits: { eventsPerInput: 5, rounds: 7, operations: 2, contexts: 2, store: 3, value: 20 },
};

const regexp = (source: string, ...entries: readonly string[]): SecPattern => ({
  type: 'regexp',
  negated: false,
  lines: 1,
  source,
  varmap: { names: [], entries },
  file: 'f',
  line: 1,
});

const named = { desc: 'op $1', line: 1, hash: 'h', continues: { to: 'next' } } as const;

const single = (source: string, ...action: SecActions): SecRule => ({
  type: 'Single',
  ...named,
  pattern: regexp(source),
  action,
});

const write = (text: string): SecAction => ({ type: 'write', file: '-', text });

const machineOf = (rules: readonly SecRule[], ports: Partial<SecPorts> = {}): SecMachine =>
  createSecMachine(
    { files: [{ name: 'f', rules, sets: [], procallin: true }], settings: SETTINGS },
    { ...PORTS, ...ports },
  );

const at = (second: number) => instant((EPOCH + second) * 1000);
const line = (machine: SecMachine, second: number, text: string): SecOutput[] =>
  machine.step({ type: 'line', now: at(second), source: '-', text });
const tick = (machine: SecMachine, second: number): SecOutput[] =>
  machine.step({ type: 'tick', now: at(second) });

const written = (outputs: readonly SecOutput[]): readonly string[] =>
  outputs.flatMap((output) =>
    output.type === 'do' && output.intent.type === 'write' ? [output.intent.text] : [],
  );
const warned = (outputs: readonly SecOutput[]): readonly string[] =>
  outputs.flatMap((output) => (output.type === 'warning' ? [output.code] : []));

const create = (context: string, life: string, ...actions: SecActions): SecAction => ({
  type: 'create',
  context,
  life,
  actions,
});

describe('time', () => {
  it('lets each thing come in its own second, and wakes for it', () => {
    const machine = machineOf([
      single('^go', create('A', '2', write('A ends at %u'), { type: 'event', delay: 5, text: 'later' })),
      single('^later', write('later at %u')),
    ]);
    line(machine, 0, 'go');
    expect(machine.nextWake()).toBe(at(3));
    expect(tick(machine, 2)).toEqual([]);
    const outputs = tick(machine, 1_000_000);
    expect(written(outputs)).toEqual([`A ends at ${EPOCH + 3}`, `later at ${EPOCH + 8}`]);
    expect(machine.nextWake()).toBeUndefined();
  });

  it('lets a line come before the housekeeping of its second', () => {
    const machine = machineOf([
      single('^go', create('A', '2', write('ends'))),
      single('^look', { type: 'exists', variable: 'e', context: 'A' }, write('there: %e')),
    ]);
    line(machine, 0, 'go');
    expect(written(line(machine, 3, 'look'))).toEqual(['there: 1', 'ends']);
  });

  it('never goes back', () => {
    const machine = machineOf([single('^now', write('%u'))]);
    line(machine, 10, 'now');
    expect(written(line(machine, 5, 'now'))).toEqual([String(EPOCH + 10)]);
  });
});

describe('limits', () => {
  it('end events that make events', () => {
    const machine = machineOf([single('^(.*)$', { type: 'event', delay: 0, text: '$1' })]);
    const outputs = line(machine, 0, 'x');
    expect(outputs.filter(({ type }) => type === 'queued')).toHaveLength(6);
    expect(warned(outputs)).toEqual(['events']);
    expect(tick(machine, 10)).toEqual([]);
  });

  it('let no line grow without end where what it says is read again, and say so', () => {
    const pattern = regexp('^(.*)$', 'E1');
    const rule: SecRule = { type: 'Single', ...named, pattern, action: [write('$:{E1:1}')] };
    const short = line(machineOf([rule]), 0, 'a %s 5%%');
    expect(written(short)).toEqual(['a op a %s 5%% 5%']);
    expect(warned(short)).toEqual([]);
    const long = line(machineOf([rule]), 0, '%s'.repeat(1000));
    expect(written(long)[0]).toHaveLength(4 * PORTS.limits.value);
    expect(warned(long)).toContain('value');
  });

  it('end a loop, those inside it counted', () => {
    const loop = (...actions: SecActions): SecAction => ({ type: 'while', variable: 'v', actions });
    const machine = machineOf([
      single('^go', { type: 'assign', variable: 'v', text: '1' }, loop(loop(write('round')))),
    ]);
    const outputs = line(machine, 0, 'go');
    expect(written(outputs).length).toBeLessThanOrEqual(PORTS.limits.rounds);
    expect(warned(outputs)).toContain('rounds');
  });

  it('let the oldest operation, context and line give way, and say so', () => {
    const machine = machineOf([
      {
        type: 'SingleWithSuppress',
        ...named,
        pattern: regexp('^ev (\\w+)'),
        window: 100,
        action: [write('$1')],
      },
      single('^mk (\\w+)', create('$1', '0')),
      single(
        '^add (\\w+)',
        { type: 'add', context: 'b', text: '$1' },
        { type: 'copy', context: 'b', variable: 'x' },
        write('%x'),
      ),
      single('^is (\\w+)', { type: 'exists', variable: 'e', context: '$1' }, write('%e')),
    ]);
    const all = (texts: readonly string[]) => texts.flatMap((text) => line(machine, 0, text));
    const events = all(['ev a', 'ev b', 'ev c', 'ev b', 'ev a']);
    expect(written(events)).toEqual(['a', 'b', 'c', 'a']);
    expect(warned(events)).toEqual(['operations']);
    const contexts = all(['mk a', 'mk b', 'mk c', 'is a', 'is b']);
    expect([written(contexts), warned(contexts)]).toEqual([['0', '1'], ['contexts']]);
    const store = all(['add 1', 'add 2', 'add 3', 'add 4']);
    expect([written(store).at(-1), warned(store)]).toEqual(['2\n3\n4', ['store']]);
  });

  it('cut what state keeps', () => {
    const machine = machineOf([
      single(
        '^(.*)$',
        create('A', '1', write('$1')),
        { type: 'assign', variable: 'v', text: '$1' },
        write('%v'),
      ),
    ]);
    expect(written(line(machine, 0, 'x'.repeat(50)))).toEqual(['x'.repeat(20)]);
    expect(written(tick(machine, 5))).toEqual(['x'.repeat(20)]);
  });

  it('take a match that was cut off for none, also when negated', () => {
    const slow = regexp('(a*)*b');
    const machine = machineOf([
      { ...single('', write('never')), pattern: slow } as SecRule,
      { ...single('', write('never')), pattern: { ...slow, negated: true } } as SecRule,
    ]);
    expect(warned(line(machine, 0, 'slow b'))).toEqual(['match-timed-out', 'match-timed-out']);
  });

  it('leave out lists that run too deep', () => {
    const list: SecActions = [{ type: 'obsolete', context: '_THIS' }];
    const deep = Array.from({ length: 150 }).reduce<SecActions>(
      // oxlint-disable-next-line unicorn/no-thenable -- a list of actions, never awaited
      (inner) => [{ type: 'if', variable: 'v', then: inner, otherwise: [] }],
      list,
    );
    const machine = machineOf([single('^go', { type: 'assign', variable: 'v', text: '1' }, ...deep)]);
    expect(warned(line(machine, 0, 'go'))).toEqual(['depth']);
  });
});

describe('commands', () => {
  const script: SecRule = {
    type: 'SingleWithScript',
    ...named,
    pattern: regexp('^run (\\w+)'),
    script: { type: 'line', text: 'check $1' },
    action: [write('good $1')],
    action2: [write('bad $1')],
  };
  const finish = (machine: SecMachine, child: string, exit: number | undefined) =>
    machine.step({ type: 'finished', now: at(1), child, exit });

  it('choose a list by their exit code, each once', () => {
    const machine = machineOf([single('^run', create('ctx', '0')), script]);
    expect(line(machine, 0, 'run a')).toMatchObject([
      {
        action: 'script',
        intent: { child: '1', command: { argv: ['check', 'a'] }, input: 'ctx\n', reports: true },
      },
    ]);
    line(machine, 0, 'run b');
    expect(written(finish(machine, '2', 7))).toEqual(['bad b']);
    expect(written(finish(machine, '1', 0))).toEqual(['good a']);
    expect(finish(machine, '1', 0)).toEqual([]);
  });

  it('choose none when they were lost', () => {
    const machine = machineOf([script]);
    line(machine, 0, 'run a');
    expect(warned(finish(machine, '1', undefined))).toEqual(['child-lost']);
  });

  it('keep what is waited for and never use a name twice over a restart', () => {
    const before = machineOf([script]);
    line(before, 0, 'run a');
    const machine = machineOf([script]);
    machine.restore(before.changes());
    expect(line(machine, 0, 'run b')).toMatchObject([{ intent: { child: '2' } }]);
    expect(written(finish(machine, '1', 0))).toEqual(['good a']);
  });

  it('give events of their lines, the last with or without a newline', () => {
    const machine = machineOf([
      single('^go', { type: 'spawn', command: { type: 'line', text: 'ls' } }),
      single('^(.*)$', write('[$1]')),
    ]);
    line(machine, 0, 'go');
    const output = (text: string) => written(machine.step({ type: 'output', now: at(1), child: '1', text }));
    expect(output('a\n\nb')).toEqual(['[a]', '[]', '[b]']);
    expect(output('\n')).toEqual(['[]']);
    expect(output('')).toEqual([]);
  });
});

describe('rules that were changed', () => {
  const rule = (hash: string): SecRule => ({
    type: 'SingleWithSuppress',
    ...named,
    hash,
    pattern: regexp('^ev'),
    window: 100,
    action: [create('C', '0'), write('started')],
  });
  const look = single('^look', { type: 'exists', variable: 'e', context: 'C' }, write('%e'));

  it('lose their operations and nothing else', () => {
    const before = machineOf([rule('old'), look]);
    line(before, 0, 'ev');
    const rows: readonly Row[] = before.changes();
    for (const [hash, expected] of [
      ['old', []],
      ['new', ['started']],
    ] as const) {
      const machine = machineOf([rule(hash), look]);
      machine.restore(rows);
      expect(written(line(machine, 1, 'look'))).toEqual(['1']);
      expect(written(line(machine, 2, 'ev'))).toEqual(expected);
    }
  });
});

describe('Perl', () => {
  const pattern: SecPattern = {
    type: 'perl',
    negated: false,
    lines: 1,
    code: 'sub { … }',
    varmap: { names: [{ name: 'all', group: 1 }], entries: [] },
  };
  const rules: readonly SecRule[] = [
    { ...single('', write('$1 $2 $+{all} $0')), pattern } as SecRule,
    { ...single('', write('not')), pattern: { ...pattern, negated: true } } as SecRule,
  ];

  it('is asked for a function once, and then for its values', () => {
    const calls: PerlCall[] = [];
    const machine = machineOf(rules, {
      perl(call) {
        calls.push(call);
        if (call.type === 'eval') return { ok: true, values: [{ ref: 3 }] };
        return { ok: true, values: call.args[0] === 'yes' ? ['a', 'b'] : ['0'] };
      },
    });
    expect(written(line(machine, 0, 'yes'))).toEqual(['a b a yes']);
    expect(written(line(machine, 0, 'no'))).toEqual(['not']);
    expect(calls.filter(({ type }) => type === 'eval')).toHaveLength(1);
    expect(calls[1]).toEqual({ type: 'call', function: 3, args: ['yes', '-'] });
  });

  it('is no match when it fails or is not there, and that is said', () => {
    const failing = machineOf(rules, {
      perl: (call) =>
        call.type === 'eval' ? { ok: true, values: [{ ref: 1 }] } : { ok: false, error: 'died\n' },
    });
    expect(warned(line(failing, 0, 'x'))).toEqual(['perl-error', 'perl-error']);
    const without = machineOf(rules);
    const outputs = [line(without, 0, 'x'), line(without, 0, 'x')].flat();
    expect([written(outputs), new Set(warned(outputs))]).toEqual([[], new Set(['perl-missing'])]);
  });

  it('gives variables functions and values', () => {
    const machine = machineOf(
      [
        single(
          '^go (\\w+)',
          { type: 'eval', variable: 'f', code: 'sub { … }' },
          { type: 'call', variable: 'v', function: 'f', args: ['$1'] },
          write('%v'),
          { type: 'lcall', variable: 'w', args: ['x'], code: 'sub { … }', cached: false },
          write('[%w]'),
        ),
      ],
      {
        perl: (call) =>
          call.type === 'eval'
            ? { ok: true, values: [{ ref: 9 }] }
            : { ok: true, values: call.args[0] === 'x' ? [] : ['one', String(call.args[0])] },
      },
    );
    expect(written(line(machine, 0, 'go two'))).toEqual(['one\ntwo', '[]']);
  });
});

it('counts how often each rule matched, and says of what it does where it stands', () => {
  const machine = machineOf([single('^a', write('x')), single('^(b)', write('y'))]);
  line(machine, 0, 'a');
  const [output] = line(machine, 0, 'b');
  expect(output).toEqual({
    type: 'do',
    place: { file: 'f', rule: 1, line: 1 },
    action: 'write',
    desc: 'op b',
    intent: { type: 'write', file: '-', how: 'line', text: 'y' },
  });
  expect(machine.counts().map(({ matched }) => matched)).toEqual([1, 1]);
});
