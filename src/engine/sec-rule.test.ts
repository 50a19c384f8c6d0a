import { expect, test } from 'vitest';
import { matchPorts } from '../../tests/property/engine-samples.ts';
import type { Effect } from '../model/effect.ts';
import { toJson } from '../model/json.ts';
import type { Row } from '../model/machine.ts';
import type { Rule } from '../model/program.ts';
import { instant, millis } from '../model/time.ts';
import { createEngine, type Engine } from './engine.ts';
import { secKind, writeSecOptions } from './sec-rule.ts';
import type { LocalTime } from './sec/contract.ts';
import type { SecActions, SecRule, SecSettings } from './sec/program.ts';

const settings: SecSettings = {
  bufsize: 0,
  jointbuf: false,
  evstoresize: 0,
  cleantime: 1,
  quoting: false,
  intevents: true,
  intcontexts: false,
  shell: 'refused',
};
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

const everyMinute: SecRule = {
  type: 'Calendar',
  desc: 'minute',
  line: 1,
  hash: 'c',
  time: {
    minutes: range(0, 59),
    hours: range(0, 23),
    days: range(1, 31),
    lastDay: false,
    months: range(1, 12),
    weekdays: range(0, 6),
    years: range(0, 99),
  },
  action: [{ type: 'logonly', text: 'tick' }],
};
const word = (text: string, action: SecActions): SecRule => ({
  type: 'Single',
  desc: text,
  line: 9,
  hash: text,
  pattern: { type: 'substr', negated: false, lines: 1, text },
  continues: { to: 'next' },
  action,
});

function ruleOf(rules: readonly SecRule[], on: readonly string[] = []): Rule {
  const program = { settings, files: [{ name: 'a.sec', rules, sets: [], procallin: true }] };
  return {
    id: 'sec',
    kind: secKind,
    pattern: { type: 'all', of: [] },
    except: [],
    key: [],
    options: writeSecOptions({ program, on, contexts: {}, time: 'received' }),
    actions: [{ type: 'alert', severity: 'critical' }],
    origin: { dialect: 'sec', file: 'c.yaml', line: 1, column: 1 },
    hash: 'h',
  };
}

const localTime = (at: number): LocalTime => {
  const minutes = Math.floor(at / 60_000);
  return {
    second: Math.floor(at / 1000) % 60,
    minute: minutes % 60,
    hour: Math.floor(minutes / 60) % 24,
    day: 1,
    month: 1,
    year: 2024,
    weekday: 1,
    zone: 'UTC',
    offset: 0,
  };
};

const create = (rule: Rule): Engine =>
  createEngine(
    { rules: [rule], hash: 'h' },
    { match: matchPorts, localTime, limits: { keysPerRule: 10 }, late: millis(0) },
  );

const start = 1_790_000_040_000;
const tick = (engine: Engine, second: number): Effect[] =>
  engine.step({
    type: 'sourceState',
    seq: second,
    now: instant(start + second * 1000),
    source: 's',
    condition: 'atEnd',
  });
const line = (engine: Engine, second: number, text: string): Effect[] => {
  const now = instant(start + second * 1000);
  const event = {
    at: now,
    receivedAt: now,
    source: 's',
    stream: '/f',
    offset: 0,
    line: text,
    text,
    fields: {},
  };
  return engine.step({ type: 'event', seq: second, now, event, rules: [0] });
};
const done = (effects: readonly Effect[]): string[] =>
  effects.flatMap((effect) =>
    effect.type === 'do' && effect.intent.type === 'log' ? [effect.intent.text] : [],
  );

test('minutes that Calendar rules missed while the program did not run stay missed', () => {
  const engine = create(ruleOf([everyMinute]));
  expect(done(tick(engine, 1))).toEqual(['tick']);
  expect(done(tick(engine, 300))).toEqual(['tick', 'tick', 'tick', 'tick', 'tick']);
  const again = create(ruleOf([everyMinute]));
  again.restore(toJson(engine.changes()) as unknown as Row[]);
  expect(done(tick(again, 300 + 86_400))).toEqual(['tick']);
  expect(done(tick(again, 300 + 86_400 + 60))).toEqual(['tick']);
});

test('an action that is to be an alert is one, with what it says; the others are carried out', () => {
  const rules = [
    word('evil', [
      { type: 'logonly', text: 'it is %s' },
      { type: 'write', file: '/x', text: '%s' },
    ]),
  ];
  const effects = line(create(ruleOf(rules, ['logonly'])), 5, 'evil');
  expect(effects).toMatchObject([
    {
      type: 'raise',
      rule: 'sec',
      key: ['a.sec:9', 'evil'],
      severity: 'critical',
      occurrence: { line: 'evil', fields: { action: 'logonly', desc: 'evil', text: 'it is evil' } },
    },
    { type: 'do', action: 'write', intent: { type: 'write', file: '/x', text: 'evil' }, ordinal: 0 },
  ]);
});

test('rules see bytes where the record is no ASCII, and what they say is text again', () => {
  const rules = [word('gr\u00c3\u00bcn', [{ type: 'logonly', text: '%s' }])];
  const engine = create(ruleOf(rules, ['logonly']));
  const now = instant(start);
  const event = { at: now, receivedAt: now, source: 's', stream: '/f', offset: 0, fields: {} };
  const seen = { ...event, line: 'grün', text: 'grün', bytes: 'gr\u00c3\u00bcn' };
  expect(engine.step({ type: 'event', seq: 1, now, event: seen, rules: [0] })).toMatchObject([
    { type: 'raise', key: ['a.sec:9', 'grün'], occurrence: { fields: { text: 'grün' } } },
  ]);
});
