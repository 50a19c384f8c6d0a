import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEngine } from '../../src/engine/engine.ts';
import { addEvent, emptyWindow } from '../../src/engine/kinds/window.ts';
import { millis } from '../../src/model/time.ts';
import { counting, eventAt, matchPorts, programOf } from './engine-samples.ts';

interface Seen {
  readonly at: number;
  readonly value: string;
}

/** The fullest window of length `within`, ends included, that holds the event; by brute force. */
function fullest(events: readonly Seen[], event: Seen, within: number, distinct: boolean): number {
  const starts = events.filter(({ at }) => at <= event.at && at >= event.at - within);
  return Math.max(
    ...starts.map(({ at: start }) => {
      const inside = events.filter(({ at }) => at >= start && at <= start + within);
      return distinct ? new Set(inside.map(({ value }) => value)).size : inside.length;
    }),
  );
}

const steps = fc.array(
  fc.record({
    ahead: fc.nat(30),
    behind: fc.oneof(fc.constant(0), fc.nat(60)),
    key: fc.constantFrom('a', 'b'),
    value: fc.constantFrom('u', 'v', 'w', 'x'),
  }),
  { maxLength: 60 },
);

test('count raises exactly where counting by hand does, in disorder too', () => {
  fc.assert(
    fc.property(
      steps,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 60 }),
      fc.nat(60),
      fc.boolean(),
      (moves, reach, within, late, distinct) => {
        const options = distinct ? { reach, within, distinct: 'value' } : { reach, within };
        const rule = counting('r', '(?<key>\\w) (?<value>\\w)', options, ['key']);
        const engine = createEngine(programOf([rule]), {
          match: matchPorts,
          limits: { keysPerRule: 10 },
          late: millis(late),
        });
        const byKey = new Map<string, { events: Seen[]; newest: number; seen: number }>();
        let now = 1000;
        for (const { ahead, behind, key, value } of moves) {
          now += ahead;
          const at = now - behind;
          const effects = engine.step(eventAt(at, `${key} ${value}`, { now }));
          const kept = byKey.get(key);
          const fresh = kept === undefined || now > kept.seen + within + late;
          const state = fresh ? { events: [], newest: at, seen: now } : kept;
          byKey.set(key, state);
          if (at < state.newest - late) {
            expect(effects).toEqual([]);
            continue;
          }
          state.events.push({ at, value });
          state.newest = Math.max(state.newest, at);
          state.seen = now;
          const reached = fullest(state.events, { at, value }, within, distinct);
          expect(effects.length, `${key} ${value} at ${at}, now ${now}`).toBe(reached >= reach ? 1 : 0);
          const [effect] = effects;
          if (effect?.type !== 'raise') continue;
          const { occurrence } = effect;
          expect(distinct ? occurrence.distinct?.length : occurrence.count).toBe(reached);
          expect(occurrence.last - occurrence.first).toBeLessThanOrEqual(within);
        }
        const [counters] = engine.counters();
        const absorbed = Object.values(counters?.absorbed ?? {}).reduce((sum, count) => sum + count, 0);
        expect(counters?.matched).toBe(moves.length);
        expect(counters?.matched).toBe((counters?.raised ?? 0) + absorbed);
      },
    ),
    { numRuns: 500 },
  );
});

test('a flood is counted in bounded memory, never too high and at most a step too low', () => {
  const shape = { within: 60_000, late: 0, keep: 256, distinct: false };
  const gaps = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 3000, maxLength: 6000 });
  fc.assert(
    fc.property(gaps, (all) => {
      const window = emptyWindow(false);
      const times: number[] = [];
      let at = 0;
      let low = 0;
      for (const gap of all) {
        at += gap;
        times.push(at);
        const { events } = addEvent(window, at, '', shape);
        while ((times[low] ?? at) < at - shape.within) low += 1;
        const exact = times.length - low;
        const stepBack = times.filter(
          (time) => time >= at - shape.within && time < at - shape.within * (62 / 64),
        );
        expect(events).toBeLessThanOrEqual(exact);
        expect(events).toBeGreaterThanOrEqual(exact - stepBack.length);
        expect(window.times.length).toBeLessThanOrEqual(256);
        expect(window.steps.length).toBeLessThanOrEqual(66);
      }
    }),
    { numRuns: 3 },
  );
});

/** The array, counting how often one of its elements is read or written. */
function counted<T>(work: { steps: number }, items: T[]): T[] {
  return new Proxy<T[]>(items, {
    get(array, name, receiver) {
      work.steps += 1;
      return Reflect.get(array, name, receiver);
    },
    set(array, name, value, receiver) {
      work.steps += 1;
      return Reflect.set(array, name, value, receiver);
    },
  });
}

test('a late line costs steps in proportion to what is held, not to its square', () => {
  fc.assert(
    fc.property(fc.integer({ min: 100, max: 1000 }), fc.nat(99), fc.boolean(), (reach, late, distinct) => {
      const work = { steps: 0 };
      const shape = { within: 10_000_000, late: 10_000_000, keep: 2 * reach, distinct };
      const window = emptyWindow(distinct);
      for (let index = 0; index < 2 * reach; index += 1) addEvent(window, 1000 * index, `v${index}`, shape);
      window.times = counted(work, window.times);
      if (window.values !== undefined) window.values = counted(work, window.values);
      addEvent(window, 1000 * Math.floor((reach * late) / 50) + 1, 'late', shape);
      // Making room in an array moves what stands behind: a few steps for each that is held.
      expect(work.steps).toBeLessThan(30 * 2 * reach + 1000);
    }),
    { numRuns: 20 },
  );
});
