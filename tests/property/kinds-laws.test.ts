import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import type { EngineInput } from '../../src/model/effect.ts';
import type { Row } from '../../src/model/machine.ts';
import { tickAt } from './engine-samples.ts';
import { everyKind, inputs } from './kinds-all.ts';
import { engineFrom, stored } from './kinds-samples.ts';

const makeEngine = (): Engine => engineFrom(everyKind, { late: 25, keysPerRule: 2 });

/** What an engine says, without the numbers of the inputs. */
const said = (engine: Engine, all: readonly EngineInput[]): readonly string[] =>
  all
    .flatMap((input) => engine.step(input))
    .map((effect) => JSON.stringify(effect.type === 'raise' ? { ...effect, seq: 0, ordinal: 0 } : effect));

test('the inputs reach every kind: each of the rules raises now and then', () => {
  const raised = new Set<string>();
  fc.assert(
    fc.property(inputs, (all) => {
      const engine = engineFrom(everyKind, { late: 25 });
      for (const input of all) engine.step(input);
      for (const counters of engine.counters()) if (counters.raised > 0) raised.add(counters.rule);
    }),
    { numRuns: 150, seed: 7 },
  );
  expect(everyKind.map((rule) => (rule as { id: string }).id).filter((id) => !raised.has(id))).toEqual([]);
});

test('rows written at any cut and restored give the same effects from there on', () => {
  fc.assert(
    fc.property(inputs, fc.nat(60), fc.nat(7), (all, cut, often) => {
      const whole = makeEngine();
      const first = makeEngine();
      const writes: Row[][] = [];
      for (const [index, input] of all.slice(0, cut).entries()) {
        expect(first.step(input)).toEqual(whole.step(input));
        if (index % (often + 1) === 0) writes.push(first.changes());
      }
      writes.push(first.changes());
      expect(first.changes()).toEqual([]);
      const second = makeEngine();
      second.restore(stored(writes));
      expect(second.changes()).toEqual([]);
      expect(second.nextWake()).toBe(whole.nextWake());
      expect(second.counters()).toEqual(whole.counters());
      for (const input of all.slice(cut)) {
        expect(JSON.stringify(second.step(input))).toBe(JSON.stringify(whole.step(input)));
        expect(second.nextWake()).toBe(whole.nextWake());
      }
      expect(stored([...writes, second.changes()])).toEqual(stored([...writes, whole.changes()]));
    }),
    { numRuns: 200 },
  );
});

test('ticks change nothing but when something is said', () => {
  fc.assert(
    fc.property(inputs, (all) => {
      const last = tickAt(10_000_000);
      const rest = all.filter(({ type }) => type !== 'tick');
      expect(said(makeEngine(), [...rest, last])).toEqual(said(makeEngine(), [...all, last]));
    }),
    { numRuns: 80 },
  );
});

test('matched = raised + absorbed; a match is a line for each key it has, a heard raise, or a timer', () => {
  fc.assert(
    fc.property(inputs, (all) => {
      const engine = makeEngine();
      const effects = all.flatMap((input) => engine.step(input));
      const lines = all.filter(({ type }) => type === 'event').length;
      for (const { rule, matched, raised, absorbed } of engine.counters()) {
        expect(matched).toBe(raised + Object.values(absorbed).reduce((sum, count) => sum + count, 0));
        const told = effects.filter((effect) => effect.type === 'raise' && effect.rule === rule).length;
        // Only the rule without an alert raises and tells nothing.
        if (rule !== 'busy') expect(raised).toBe(told);
        if (['each', 'count', 'sequence', 'first', 'rate', 'novel', 'novel-of'].includes(rule))
          expect(matched).toBeLessThanOrEqual(lines);
      }
    }),
    { numRuns: 80 },
  );
});

test('what is over leaves no row and no timer, but for what stays missed and what comes by the calendar', () => {
  const lasting = new Set([
    'absent',
    'absent-key',
    'expect',
    'schedule',
    'first',
    'rate',
    'novel',
    'novel-of',
    '',
  ]);
  fc.assert(
    fc.property(inputs, (all) => {
      const engine = makeEngine();
      const writes = all.map((input) => {
        engine.step(input);
        return engine.changes();
      });
      engine.step(tickAt(10_000_000));
      const left = stored([...writes, engine.changes()]).filter(({ key }) => key.includes('['));
      expect(left.filter(({ scope }) => !lasting.has(scope))).toEqual([]);
      expect(left.length).toBeLessThan(30);
    }),
    { numRuns: 60 },
  );
});
