import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/engine.ts';
import type { EngineInput } from '../../src/model/effect.ts';
import type { Row } from '../../src/model/machine.ts';
import { millis } from '../../src/model/time.ts';
import {
  alerting,
  counting,
  eventAt,
  matchPorts,
  programOf,
  tickAt,
  type RuleSketch,
} from './engine-samples.ts';

const pattern = '(?<key>\\w) (?<value>\\w)';
const clear = (below: number) => [alerting({ quiet: millis(50), clear: { below, within: millis(40) } })];

const rules: readonly RuleSketch[] = [
  { id: 'each', source: pattern, key: ['key'], actions: clear(1) },
  { ...counting('count', pattern, { reach: 3, within: 30 }, ['key']), actions: clear(2) },
  { ...counting('distinct', pattern, { reach: 2, within: 20, distinct: 'value' }), actions: clear(1) },
  {
    ...counting('both', pattern, { reach: 2, within: 50 }, ['key', 'value']),
    actions: [alerting(), ...clear(2)],
  },
];

const makeEngine = (): Engine =>
  createEngine(programOf(rules), { match: matchPorts, limits: { keysPerRule: 3 }, late: millis(25) });

const inputs: fc.Arbitrary<EngineInput[]> = fc
  .array(
    fc.record({
      ahead: fc.oneof(fc.constant(0), fc.nat(40)),
      behind: fc.oneof(fc.constant(0), fc.nat(40)),
      text: fc.constantFrom('a u', 'a v', 'b u', 'c u', 'd v', 'e w', 'nothing'),
      isTick: fc.boolean(),
    }),
    { maxLength: 40 },
  )
  .map((moves) => {
    let now = 1000;
    return moves.map(({ ahead, behind, text, isTick }) => {
      now += ahead;
      return isTick ? tickAt(now) : eventAt(now - behind, text, { now, rules: [0, 1, 2, 3] });
    });
  });

/** What a store does: newer rows replace older ones, rows without a value go, order is lost. */
function stored(writes: readonly (readonly Row[])[]): Row[] {
  const rows = new Map<string, Row>();
  for (const row of writes.flat()) {
    const name = JSON.stringify([row.scope, row.key]);
    if (row.value === undefined) rows.delete(name);
    else rows.set(name, row);
  }
  return [...rows]
    .sort(([a], [b]) => (a < b ? 1 : -1))
    .map(([, row]) => JSON.parse(JSON.stringify(row)) as Row);
}

test('rows written at any cut and restored give the same effects from there on', () => {
  fc.assert(
    fc.property(inputs, fc.nat(40), fc.nat(7), (all, cut, every) => {
      const whole = makeEngine();
      const first = makeEngine();
      const writes: Row[][] = [];
      for (const [index, input] of all.slice(0, cut).entries()) {
        expect(first.step(input)).toEqual(whole.step(input));
        if (index % (every + 1) === 0) writes.push(first.changes());
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
    }),
    { numRuns: 500 },
  );
});

test('ticks change nothing but when something is said', () => {
  fc.assert(
    fc.property(inputs, (all) => {
      const withTicks = makeEngine();
      const without = makeEngine();
      const said = (engine: Engine, list: readonly EngineInput[]) =>
        list.flatMap((input) => engine.step(input)).map((effect) => JSON.stringify(effect));
      const last = tickAt(1_000_000);
      const events = all.filter(({ type }) => type === 'event');
      expect(said(without, [...events, last])).toEqual(said(withTicks, [...all, last]));
    }),
    { numRuns: 300 },
  );
});

test('matched = raised + absorbed, and what expired leaves no row and no timer', () => {
  fc.assert(
    fc.property(inputs, (all) => {
      const engine = makeEngine();
      const writes = all.map((input) => {
        engine.step(input);
        return engine.changes();
      });
      for (const { matched, raised, absorbed } of engine.counters()) {
        expect(matched).toBe(raised + Object.values(absorbed).reduce((sum, count) => sum + count, 0));
      }
      engine.step(tickAt(10_000_000));
      expect(engine.nextWake()).toBeUndefined();
      const left = stored([...writes, engine.changes()]).map(({ key }) => key);
      expect(left.filter((key) => key.includes('['))).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
