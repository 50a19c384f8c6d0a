import fc from 'fast-check';
import type { SecInput, SecOutput, SecPorts } from '../../src/engine/sec/contract.ts';
import { createSecMachine } from '../../src/engine/sec/machine.ts';
import type {
  SecAction,
  SecActions,
  SecContext,
  SecExpression,
  SecPattern,
  SecProgram,
  SecRule,
  SecSettings,
} from '../../src/engine/sec/program.ts';
import type { Row } from '../../src/model/machine.ts';
import { instant } from '../../src/model/time.ts';
import { createTestPorts } from './match-ports.ts';

/** Midnight of a Monday, in seconds. */
export const EPOCH = 1_704_067_200;

export const SETTINGS: SecSettings = {
  bufsize: 0,
  jointbuf: false,
  evstoresize: 0,
  cleantime: 1,
  quoting: false,
  intevents: true,
  intcontexts: true,
  shell: 'raw',
};

/** The time limit is far off: on a busy machine it would make two runs differ. */
const match = createTestPorts(10_000);

/** Ports in UTC; limits are low, so that they are met. */
export const PORTS: SecPorts = {
  match,
  localTime: (at) => {
    const date = new Date(at);
    return {
      second: date.getUTCSeconds(),
      minute: date.getUTCMinutes(),
      hour: date.getUTCHours(),
      day: date.getUTCDate(),
      month: date.getUTCMonth() + 1,
      year: date.getUTCFullYear(),
      weekday: date.getUTCDay(),
      zone: 'UTC',
      offset: 0,
    };
  },
  limits: { eventsPerInput: 20, rounds: 10, operations: 4, contexts: 4, store: 5, value: 50 },
};

const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

const lines = fc.constantFrom(1, 1, 1, 2);
const varmap = fc.constantFrom(
  { names: [], entries: [] },
  { names: [{ name: 'who', group: 1 }], entries: ['LAST'] },
);
const seldom = fc.constantFrom(false, false, false, true);
const regexp = fc.record({
  type: fc.constant('regexp' as const),
  negated: seldom,
  lines,
  source: oneOf('^(a|b)(\\d?)', 'ev (\\w+)', '(?<who>b)$', 'c$1', '^SEC_', '.', '^x\\n'),
  varmap,
  file: fc.constant('f'),
  line: fc.constant(1),
});
const pattern: fc.Arbitrary<SecPattern> = fc.oneof(
  { weight: 8, arbitrary: regexp },
  fc.record({
    type: fc.constant('substr' as const),
    negated: seldom,
    lines,
    text: oneOf('a', 'b', 'ev ', 'c$1'),
  }),
  fc.record({ type: fc.constant('cached' as const), negated: fc.boolean(), entry: fc.constant('LAST') }),
  fc.record({ type: fc.constant('tvalue' as const), value: fc.boolean() }),
);

const NAMES = ['A', 'B', 'C_$1', '%v', '_THIS', '_INTERNAL_EVENT'] as const;
const name = oneOf(...NAMES);
const text = oneOf('%s', 'ev $1', 'a%v', '$+{who}%%', 'b $:{LAST:1}', '%u %{$1}', '%t %1', 'x%{.nl}a1');
const short = oneOf('0', '1', '2', '5', '%v', '-');

const expression: fc.Arbitrary<SecExpression> = fc.letrec<{ node: SecExpression }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ type: fc.constant('context' as const), name }),
    fc.record({ type: fc.constant('varset' as const), entry: fc.constant('LAST') }),
    fc.record({ type: fc.constant('not' as const), of: tie('node') }),
    fc.record({
      type: fc.constantFrom('and' as const, 'or' as const),
      of: fc.array(tie('node'), { minLength: 1, maxLength: 2 }),
    }),
    fc.record({
      type: fc.constant('postfix' as const),
      items: fc.array(fc.oneof(tie('node'), oneOf('not' as const, 'and' as const, 'or' as const)), {
        maxLength: 5,
      }),
    }),
  ),
})).node;
const context: fc.Arbitrary<SecContext> = fc.record({ bracketed: fc.boolean(), expression });

const variable = oneOf('v', 'w', 't');
const choice = fc.oneof(
  fc.record({ by: fc.constant('number' as const), rule: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ by: fc.constant('offset' as const), offset: fc.integer({ min: -1, max: 1 }) }),
  fc.constant({ by: 'all' as const }),
);
const command = fc.oneof(
  fc.record({ type: fc.constant('line' as const), text: oneOf('echo $1', 'echo "%s" > f', 'run %v') }),
  fc.record({ type: fc.constant('words' as const), words: fc.constant(['echo', '$1', '%s']) }),
);

const { actions } = fc.letrec<{ action: SecAction; actions: SecActions }>((tie) => {
  const is = <T extends string>(...types: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...types);
  return {
    actions: fc.array(tie('action'), { minLength: 1, maxLength: 3, depthIdentifier: 'list' }),
    action: fc.oneof(
      { depthSize: 'small' },
      { weight: 8, arbitrary: fc.record({ type: is('write'), file: fc.constant('-'), text }) },
      fc.record({ type: is('add', 'prepend', 'fill'), context: name, text }),
      fc.record({ type: is('event'), delay: fc.integer({ min: 0, max: 3 }), text }),
      fc.record({ type: is('cevent'), context: name, delay: short, text }),
      fc.record({ type: is('assign', 'assignsq'), variable, text }),
      fc.record({ type: is('free'), variable }),
      fc.record({ type: is('delete', 'obsolete'), context: name }),
      fc.record({ type: is('alias'), context: name, alias: name }),
      fc.record({ type: is('unalias'), alias: name }),
      fc.record({ type: is('copy', 'pop', 'shift'), context: name, variable }),
      fc.record({ type: is('empty'), context: name }),
      fc.record({ type: is('trim'), time: oneOf('-1', '+1'), context: name, variable }),
      fc.record({
        type: is('exists', 'getsize', 'getaliases', 'getltime', 'getctime'),
        variable,
        context: name,
      }),
      fc.record({ type: is('setltime'), context: name, life: short }),
      fc.record({ type: is('setctime'), time: fc.constant('%u'), context: name }),
      fc.record({ type: is('report'), context: name }),
      fc.record({ type: is('reset'), rule: choice, text: oneOf('%s', 'OP', 'OP b') }),
      fc.record({ type: is('getwpos'), variable, rule: choice, text: oneOf('%s', 'OP') }),
      fc.record({ type: is('setwpos'), time: fc.constant('%u'), rule: choice, text: oneOf('%s', 'OP') }),
      fc.record({ type: is('rewrite'), count: oneOf('0', '1', '2'), text }),
      fc.record({ type: is('shellcmd', 'spawn'), command }),
      fc.record({ type: is('cspawn'), context: name, command }),
      fc.record({ type: is('varset'), variable, entry: fc.constant('LAST') }),
      fc.record({ type: is('break', 'continue') }),
      fc.record({ type: is('create'), context: name, life: short, actions: tie('actions') }),
      fc.record({ type: is('set'), context: name, life: short, actions: tie('actions') }),
      // oxlint-disable-next-line unicorn/no-thenable -- a list of actions, never awaited
      fc.record({ type: is('if'), variable, then: tie('actions'), otherwise: tie('actions') }),
      fc.record({ type: is('while'), variable, actions: tie('actions') }),
    ),
  };
});

const desc = oneOf('OP', 'OP $1', 'op %s');
const window = fc.integer({ min: 1, max: 4 });
const thresh = fc.integer({ min: 1, max: 3 });
const named = { desc, line: fc.constant(1), hash: fc.constant('h') };
const continues = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ to: 'next' as const }) },
  fc.constant({ to: 'endOfFile' as const }),
  fc.constant({ to: 'endOfAll' as const }),
);
const half = fc.oneof(
  { weight: 4, arbitrary: fc.record({ pattern, continues }) },
  fc.record({ pattern, continues, context }),
);

type Of<T extends SecRule['type']> = Extract<SecRule, { type: T }>;

/** A rule of one type: what every rule has, what the halves give, and its own fields. */
function rule<T extends SecRule['type']>(type: T, own: object): fc.Arbitrary<Of<T>> {
  return fc
    .tuple(half, fc.record({ ...named, ...own }))
    .map(([first, rest]) => ({ type, ...first, ...rest }) as object as Of<T>);
}

const every = Array.from({ length: 60 }, (_one, index) => index);
const rules: fc.Arbitrary<SecRule> = fc.oneof(
  rule('Single', { action: actions }),
  rule('SingleWithScript', { script: command, action: actions, action2: actions }),
  rule('SingleWithSuppress', { action: actions, window }),
  rule('SingleWithThreshold', { action: actions, action2: actions, window, thresh }),
  rule('SingleWith2Thresholds', {
    action: actions,
    window,
    thresh,
    desc2: desc,
    action2: actions,
    window2: window,
    thresh2: fc.integer({ min: 0, max: 2 }),
  }),
  rule('Pair', {
    second: half,
    desc2: desc,
    action: actions,
    action2: actions,
    window: fc.integer({ min: 0, max: 4 }),
  }),
  rule('PairWithWindow', { second: half, desc2: desc, action: actions, action2: actions, window }),
  rule('EventGroup', {
    members: fc.array(
      fc
        .tuple(half, fc.record({ count: actions, thresh, token: fc.constant('$1') }))
        .map(([one, two]) => ({ ...one, ...two })),
      { minLength: 1, maxLength: 2 },
    ),
    action: actions,
    init: actions,
    slide: actions,
    end: actions,
    multact: fc.boolean(),
    egpattern: fc.constant({ type: 'substr', negated: false, lines: 1, text: '' }),
    window,
  }),
  rule('Suppress', {}),
  rule('Calendar', {
    time: fc.constant({
      minutes: every,
      hours: every,
      days: every,
      lastDay: false,
      months: every,
      weekdays: every,
      years: Array.from({ length: 100 }, (_one, index) => index),
    }),
    action: actions,
  }),
  rule('Jump', { cfset: fc.constant(['set']), constset: fc.boolean() }),
);

/** Small programs of one or two files. */
export const programs: fc.Arbitrary<SecProgram> = fc
  .tuple(
    fc.array(rules, { minLength: 1, maxLength: 4 }),
    fc.array(rules, { maxLength: 2 }),
    fc.record({
      cleantime: fc.constantFrom(0, 1, 1, 3),
      jointbuf: fc.boolean(),
      evstoresize: fc.constantFrom(0, 3),
      quoting: fc.boolean(),
      shell: fc.constantFrom('raw' as const, 'quoted' as const, 'refused' as const),
    }),
  )
  .map(([first, second, settings]) => ({
    files: [
      { name: 'f', rules: first, sets: [], procallin: true },
      { name: 'g', rules: second, sets: ['set'], procallin: false },
    ],
    settings: { ...SETTINGS, ...settings },
  }));

/** A thing that happens, and how many seconds after the one before. */
type Happening = readonly [number, fc.Arbitrary<SecInput> extends fc.Arbitrary<infer I> ? Untimed<I> : never];
type Untimed<I> = I extends { readonly now: unknown } ? Omit<I, 'now'> : never;

const happening: fc.Arbitrary<Happening> = fc.tuple(
  fc.constantFrom(0, 0, 0, 1, 1, 2, 5, 70),
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        type: fc.constant('line' as const),
        source: oneOf('-', 'app.log'),
        text: oneOf('a', 'a1', 'b', 'b2', 'ev b', 'ev $(x)', 'c', 'ca', 'x', '%s', ''),
      }),
    },
    { weight: 3, arbitrary: fc.constant({ type: 'tick' as const }) },
    fc.record({
      type: fc.constant('output' as const),
      child: oneOf('1', '2', '3'),
      text: oneOf('a\n', 'b\nev a', ''),
    }),
    fc.record({
      type: fc.constant('finished' as const),
      child: oneOf('1', '2', '3'),
      exit: oneOf(0, 1, undefined),
    }),
    fc.record({ type: fc.constant('signal' as const), signal: oneOf('HUP' as const, 'USR2' as const) }),
  ),
);

/** What happens to a machine, with its start. */
export const inputs: fc.Arbitrary<readonly SecInput[]> = fc
  .array(happening, { maxLength: 25 })
  .map((list) => {
    let second = EPOCH;
    const made: SecInput[] = [{ type: 'started', now: instant(second * 1000) }];
    for (const [gap, input] of list) {
      second += gap;
      made.push({ ...input, now: instant(second * 1000) });
    }
    return made;
  });

export const create = (program: SecProgram): ReturnType<typeof createSecMachine> =>
  createSecMachine(program, PORTS);

/** All that a fresh machine gives, input by input. */
export function play(program: SecProgram, list: readonly SecInput[]): readonly (readonly SecOutput[])[] {
  const machine = create(program);
  return list.map((input) => machine.step(input));
}

/** Rows as a ledger keeps them: the newest of each key, through text. */
export function createShelf(): { take(rows: readonly Row[]): void; rows(): Row[] } {
  const kept = new Map<string, string>();
  return {
    take(rows) {
      for (const row of rows) {
        if (row.value === undefined) kept.delete(row.key);
        else kept.set(row.key, JSON.stringify(row));
      }
    },
    rows: () => Array.from(kept.values(), (text) => JSON.parse(text) as Row),
  };
}
