import { describe, expect, test } from 'vitest';
import { eventAt, tickAt } from '../../../tests/property/engine-samples.ts';
import { engineFrom, raisesOf, sourceAt } from '../../../tests/property/kinds-samples.ts';

const hour = 3_600_000;
const day = 24 * hour;
const ruleOf = (first: object) => ({ id: 'new', key: 'user', match: 'sudo (?<user>\\w+)', first, alert: {} });
const sudo = (at: number, user: string) => eventAt(at, `sudo ${user}`);

describe('first', () => {
  test('raises for what was not seen for as long as it remembers', () => {
    const engine = engineFrom([ruleOf({ remember: '90d' })]);
    const raised = (at: number, user: string) => raisesOf(engine.step(sudo(at * day, user))).length;
    expect([raised(1, 'a'), raised(2, 'a'), raised(3, 'b'), raised(91, 'a')]).toEqual([1, 0, 1, 0]);
    // Seen at day 91, so it is known until day 181.
    expect([raised(180, 'a'), raised(270, 'a'), raised(270.1, 'b')]).toEqual([0, 1, 1]);
    expect(engine.counters()[0]).toMatchObject({ matched: 7, raised: 4, absorbed: { known: 3 } });
    engine.step(tickAt(1000 * day));
    expect(engine.nextWake()).toBeUndefined();
  });

  test('learns first, from when the rule was first at work', () => {
    const engine = engineFrom([ruleOf({ remember: '90d', learn: '7d' })]);
    engine.step(sourceAt(day));
    const raised = (at: number, user: string) => raisesOf(engine.step(sudo(at, user))).length;
    expect([raised(6 * day, 'a'), raised(8 * day - 1, 'b')]).toEqual([0, 0]);
    expect([raised(8 * day, 'a'), raised(8 * day, 'c')]).toEqual([0, 1]);
    expect(engine.counters()[0]).toMatchObject({ absorbed: { learning: 2, known: 1 } });
  });
});
