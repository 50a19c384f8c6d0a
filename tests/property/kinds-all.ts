import * as fc from 'fast-check';
import type { EngineInput, SourceCondition } from '../../src/model/effect.ts';
import { eventAt, tickAt } from './engine-samples.ts';
import { sourceAt } from './kinds-samples.ts';

/** Rules of every kind over the lines of `texts`, with contexts, exceptions and clear; times are short. */
export const everyKind: readonly object[] = [
  {
    id: 'each',
    match: 'a (?<k>\\w)',
    key: 'k',
    unless: 'busy',
    alert: { clear: { below: 1, within: '40ms' } },
  },
  { id: 'busy', match: 'busy', set: { context: 'busy', for: '30ms' } },
  {
    id: 'count',
    match: '(?<w>[ab]) (?<k>\\w)',
    key: 'k',
    count: { reach: 2, within: '30ms', distinct: 'w' },
    alert: {},
  },
  {
    id: 'once',
    match: '[ab] (?<k>\\w)',
    key: 'k',
    count: { reach: 2, within: '30ms', once: true },
    alert: {},
  },
  {
    id: 'sequence',
    key: 'k',
    except: 'd x',
    sequence: {
      within: '200ms',
      steps: [{ match: 'a (?<k>\\w)', times: 2 }, { match: '[bc] (?<k>\\w)' }, { match: '[cd] (?<k>\\w)' }],
    },
    unless: 'busy',
    alert: {},
  },
  {
    id: 'expect',
    key: 'k',
    match: 'a (?<k>\\w)',
    expect: { match: '[bc] (?<k>\\w)', within: '50ms' },
    unless: 'busy',
    alert: { clear: { below: 1, within: '70ms' } },
  },
  { id: 'absent', absent: { match: 'c \\w', for: '80ms' }, unless: 'busy', alert: {} },
  { id: 'absent-key', key: 'k', absent: { match: 'd (?<k>\\w)', for: '60ms' }, alert: {} },
  { id: 'first', key: 'k', match: '[ad] (?<k>\\w)', first: { remember: '100ms', learn: '90ms' }, alert: {} },
  { id: 'rate', match: '[abcd] ', rate: { factor: 2, over: '20ms', against: '100ms', least: 2 }, alert: {} },
  {
    id: 'together',
    key: 'k',
    together: {
      within: '40ms',
      of: [{ match: 'b (?<k>\\w)' }, { rule: 'each' }, { match: '[bd] (?<k>\\w)' }],
    },
    alert: {},
  },
  { id: 'of-timers', together: { within: '300ms', of: [{ rule: 'expect' }, { rule: 'absent' }] }, alert: {} },
  { id: 'when', match: 'd ', when: 'busy', alert: {} },
  { id: 'novel', novel: { 'warm-up': '50ms', by: 'k', templates: 3 }, unless: 'busy', alert: {} },
  {
    id: 'novel-of',
    match: '(?<w>[ab]) (?<k>\\w)',
    key: 'k',
    novel: { by: ['w', 'k'], templates: 1 },
    alert: {},
  },
  { id: 'schedule', schedule: '* * * * *', unless: 'busy', alert: {} },
];

const every = everyKind.map((_, index) => index);
const conditions: readonly SourceCondition[] = ['reading', 'atEnd', 'atEnd', 'gone', 'unreadable'];

/** Lines, ticks and conditions of the source; lines come up to 40 ms late. A minute begins now and then. */
export const inputs: fc.Arbitrary<EngineInput[]> = fc
  .array(
    fc.record({
      ahead: fc.oneof(
        { weight: 6, arbitrary: fc.constant(0) },
        { weight: 20, arbitrary: fc.nat(25) },
        { weight: 1, arbitrary: fc.constant(20_000) },
      ),
      behind: fc.oneof(fc.constant(0), fc.nat(40)),
      text: fc.oneof(
        fc.constantFrom('busy', 'nothing'),
        fc
          .tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('x', 'y', 'z'))
          .map((words) => words.join(' ')),
      ),
      kind: fc.constantFrom('event', 'event', 'event', 'event', 'tick', 'source'),
      condition: fc.constantFrom(...conditions),
    }),
    { minLength: 5, maxLength: 80, size: 'max' },
  )
  .map((moves) => {
    let now = 59_900;
    const first = sourceAt(now);
    return [
      first,
      ...moves.map(({ ahead, behind, text, kind, condition }): EngineInput => {
        now += ahead;
        if (kind === 'tick') return tickAt(now);
        return kind === 'source'
          ? sourceAt(now, condition)
          : eventAt(now - behind, text, { now, rules: every });
      }),
    ];
  });
