import { describe, expect, test } from 'vitest';
import { eventAt, tickAt } from '../../tests/property/engine-samples.ts';
import { engineFrom, raisesOf, stored } from '../../tests/property/kinds-samples.ts';

const minute = 60_000;
const rules = [
  { id: 'long', match: 'begin', set: { context: 'm', for: '10m' } },
  { id: 'short', match: 'briefly', set: { context: 'm', for: '1m' } },
  { id: 'other', match: 'night', set: { context: 'night', for: '1h' } },
  { id: 'disk', match: 'error', unless: 'm', alert: {} },
  { id: 'touched', match: 'change', when: ['m', 'night'], alert: {} },
  { id: 'either', match: 'either', unless: ['m', 'night'], alert: {} },
];
const engineOf = () => engineFrom(rules);
const at = (time: number, text: string) => eventAt(time, text, { rules: [0, 1, 2, 3, 4, 5] });

describe('contexts', () => {
  test('are on for their life by the clock, and not at its end', () => {
    const engine = engineOf();
    engine.step(at(minute, 'begin'));
    expect(engine.step(at(11 * minute - 1, 'error'))).toEqual([]);
    expect(raisesOf(engine.step(at(11 * minute, 'error')))).toHaveLength(1);
    expect(engine.counters()[3]).toMatchObject({ matched: 2, raised: 1, absorbed: { unless: 1 } });
  });

  test('are over for a timer of the same moment, whichever is older', () => {
    const engine = engineFrom([
      { id: 'm', match: 'begin', set: { context: 'm', for: '30s' } },
      { id: 'w', match: 'start', expect: { match: 'end', within: '1m' }, unless: 'm', alert: {} },
    ]);
    engine.step(eventAt(minute, 'start', { rules: [0, 1] }));
    engine.step(eventAt(minute + 30_000, 'begin', { rules: [0, 1] }));
    expect(raisesOf(engine.step(tickAt(2 * minute)))).toHaveLength(1);
  });

  test('stay on longer when they are set again, never shorter', () => {
    const engine = engineOf();
    for (const text of ['begin', 'briefly']) engine.step(at(minute, text));
    expect(engine.step(at(10 * minute, 'error'))).toEqual([]);
    engine.step(at(10 * minute + 30_000, 'briefly'));
    expect(engine.step(at(11 * minute, 'error'))).toEqual([]);
    expect(raisesOf(engine.step(at(12 * minute, 'error')))).toHaveLength(1);
  });

  test('with a key are on for its values, for lines and for timers', () => {
    const asked = [
      { id: 'm', match: 'begin (?<disk>\\w+)', set: { context: 'm', for: '10m', key: ['disk'] } },
      { id: 'd', match: 'error (?<disk>\\w+)', unless: 'm', alert: {} },
      {
        id: 'w',
        match: 'start (?<disk>\\w+)',
        key: ['disk'],
        expect: { match: 'end (?<disk>\\w+)', within: '1m' },
        when: 'm',
        alert: {},
      },
    ];
    const on = (time: number, text: string) => eventAt(time, text, { rules: [0, 1, 2] });
    const engine = engineFrom(asked);
    engine.step(on(minute, 'begin sda'));
    expect(engine.step(on(minute, 'error sda'))).toEqual([]);
    expect(raisesOf(engine.step(on(minute, 'error sdb')))).toHaveLength(1);
    for (const disk of ['sda', 'sdb']) engine.step(on(2 * minute, `start ${disk}`));
    expect(raisesOf(engine.step(tickAt(4 * minute))).map(({ key }) => key)).toEqual([['sda']]);
  });

  test('when wants all of a list, unless minds any of it', () => {
    const engine = engineOf();
    engine.step(at(minute, 'begin'));
    expect(engine.step(at(minute, 'change either'))).toEqual([]);
    engine.step(at(2 * minute, 'night'));
    expect(raisesOf(engine.step(at(2 * minute, 'change either'))).map(({ rule }) => rule)).toEqual([
      'touched',
    ]);
    expect(engine.counters()[4]).toMatchObject({ absorbed: { when: 1 } });
  });

  test('hold on the same line for rules further down', () => {
    const engine = engineOf();
    expect(engine.step(at(minute, 'begin error'))).toEqual([]);
    const turned = engineFrom([{ id: 'disk', match: 'error', unless: 'm', alert: {} }, ...rules.slice(0, 1)]);
    expect(turned.step(eventAt(1, 'begin error', { rules: [0, 1] }))).toHaveLength(1);
  });

  test('are set by raises, of any kind', () => {
    const engine = engineFrom([
      { id: 'c', match: 'x', count: { reach: 2, within: '1m' }, set: { context: 'busy', for: '1m' } },
      { id: 'd', match: 'y', when: 'busy', alert: {} },
    ]);
    const step = (time: number, text: string) => engine.step(eventAt(time, text, { rules: [0, 1] })).length;
    expect([step(1, 'x'), step(2, 'y'), step(3, 'x'), step(4, 'y')]).toEqual([0, 0, 0, 1]);
    expect(engine.counters()[0]).toMatchObject({ matched: 2, raised: 1 });
  });

  test('outlive a restart, and leave no row behind', () => {
    const first = engineOf();
    first.step(at(minute, 'begin'));
    const rows = first.changes();
    const second = engineOf();
    second.restore(stored([rows]));
    expect(second.step(at(2 * minute, 'error'))).toEqual([]);
    second.step(tickAt(11 * minute));
    const left = stored([rows, second.changes()]).filter(({ key }) => key.startsWith('context['));
    expect(left).toEqual([]);
    expect(second.nextWake()).toBeUndefined();
  });
});
