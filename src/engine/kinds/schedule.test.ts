import { describe, expect, test } from 'vitest';
import { eventAt, tickAt } from '../../../tests/property/engine-samples.ts';
import { engineFrom, raisesOf, sourceAt, stored } from '../../../tests/property/kinds-samples.ts';

const utc = (text: string): number => Date.parse(`${text}:00Z`);
const rule = { id: 'nightly', schedule: '0 3 * * *', zone: 'Europe/Paris', alert: {} };

describe('schedule', () => {
  test('raises at its times, by the clocks of its zone, from the first moment on', () => {
    const engine = engineFrom([rule]);
    engine.step(sourceAt(utc('2026-11-20T12:00')));
    expect(engine.nextWake()).toBe(utc('2026-11-21T02:00'));
    const raises = raisesOf(engine.step(tickAt(utc('2026-11-23T01:59'))));
    expect(raises.map(({ now, key }) => [now, key])).toEqual([
      [utc('2026-11-21T02:00'), []],
      [utc('2026-11-22T02:00'), []],
    ]);
    expect(raises[0]?.occurrence).toMatchObject({ line: 'it is time: 0 3 * * * (Europe/Paris)', count: 0 });
    expect(engine.counters()[0]).toMatchObject({ matched: 2, raised: 2 });
  });

  test('a context keeps it silent, and each time counts', () => {
    const engine = engineFrom([
      { id: 'seen', match: 'backup', set: { context: 'backup-seen', for: '1d' } },
      { ...rule, unless: 'backup-seen' },
    ]);
    engine.step(eventAt(utc('2026-11-20T12:00'), 'backup', { rules: [0, 1] }));
    const raises = raisesOf(engine.step(tickAt(utc('2026-11-22T12:00'))));
    expect(raises.map(({ now }) => now)).toEqual([utc('2026-11-22T02:00')]);
    expect(engine.counters()[1]).toMatchObject({ matched: 2, raised: 1, absorbed: { unless: 1 } });
  });

  test('does not begin before the clock runs, and a restart keeps its time', () => {
    const engine = engineFrom([rule]);
    engine.step(sourceAt(0));
    expect(engine.nextWake()).toBeUndefined();
    engine.step(tickAt(utc('2026-11-20T12:00')));
    const again = engineFrom([rule]);
    again.restore(stored([engine.changes()]));
    expect(again.nextWake()).toBe(utc('2026-11-21T02:00'));
  });

  test("goes by the configuration's zone where it names none", () => {
    const engine = engineFrom([{ id: 'r', schedule: '@daily', alert: {} }], { zone: 'Asia/Tokyo' });
    engine.step(sourceAt(utc('2026-11-20T12:00')));
    expect(engine.nextWake()).toBe(utc('2026-11-20T15:00'));
  });
});
